"""The import pages: a person's table column by column, or images class by class, with everything proposed to be seen and changed first."""
