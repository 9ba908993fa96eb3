"""The book as a file: a PDF and an EPUB, bound from the pages of the built site.

``make pdf`` and ``make epub``. The site has everything already: formulas are MathML, figures are SVG, an interactive
figure stands in its page as a still. So nothing is executed or typeset again: a browser opens each page without its
scripts, ``article.js`` takes the article out and leaves behind what only a screen has use for, and the articles are
printed as one document (``pdf``) or packed as XHTML (``epub``).
"""
