"""The import page: a person's table before it is used, column by column, with everything that was proposed to be seen and changed."""
