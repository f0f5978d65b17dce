"""The import pages: a person's images, or a table before it is used, column by column, with everything that was proposed to be seen and changed."""
