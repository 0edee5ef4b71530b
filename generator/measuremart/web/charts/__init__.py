"""Charts as SVG, made on the server without scripts: each with a title and a summary made from its data.

Shapes and dashes, not only colours, tell kinds apart: every chart reads in black and white. The numbers of a chart
stand in a table beside it on the page.
"""
