"""Learn: what plays a lesson in the window, and the welcome page.

A lesson runs in a document of its own while the person's project, with its run and its undo stack, is put aside (`lesson_room`). The
player (`player`) follows the document, the run and the window, and never draws over them: the lesson's column stands beside.
"""
