"""A person's own images: a folder for each class, or IDX files, read into numbers and never run.

    decoding     one PNG or JPEG as pixels of a wanted size, refused before it is unpacked where it is too large
    idx          MNIST's format, plain or gzip, held to the counts in its header
    folder       which images a folder holds, and of which class
    source       either of them as an `ImageSet`: samples of one size with their classes
"""
