"""A person's own table: read as it is, described column by column, and turned into numbers by a plan that can be seen and changed.

    readers/     a file as a `CellTable`: its cells as text, one file for each format
    columns      what the cells of a column are (`ColumnReading`): numbers in which notation, dates, categories, identifiers
    plan         what each column is used for and how (`TablePlan`), a value of the document
    proposal     the plan that the cells suggest, and what has to be asked
    encoding     the plan fitted on the training rows: columns of cells to columns of numbers
"""
