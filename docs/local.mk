# Documents and manual pages.
dist_doc_DATA = LICENSE
