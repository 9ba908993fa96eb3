// Typeset TeX outside a browser, with the parts of MathJax that need no page. Run by typeset.py inside V8.
const { mathjax: { mathjax }, adaptors, handlers, input, output, a11y } = MathJax._;
const adaptor = adaptors.liteAdaptor.liteAdaptor();
a11y["assistive-mml"].AssistiveMmlHandler(handlers.html_ts.RegisterHTMLHandler(adaptor));
const LEFT_OUT = ["bussproofs", "noerrors", "noundefined"]; // needs a page; hide mistakes
const packages = input.tex.AllPackages.AllPackages.filter((name) => !LEFT_OUT.includes(name));

// formulas: [[tex, display], ...] -> {html: [...], css: the rules these formulas need, errors: [...]}
function typeset(formulas, fontURL) {
  const errors = [];
  const formatError = (jax, error) => { errors.push(error.message); return jax.formatError(error); };
  const tex = new input.tex_ts.TeX({ packages, formatError });
  const font = new output.chtml.fonts.tex_ts.TeXFont({ fontURL, adaptiveCSS: true });
  const chtml = new output.chtml_ts.CHTML({ font, fontURL, matchFontHeight: false });
  const page = mathjax.document("", { InputJax: tex, OutputJax: chtml });
  const html = formulas.map(([source, display]) => adaptor.outerHTML(page.convert(source, { display, em: 18, ex: 8, containerWidth: 1e6 })));
  return JSON.stringify({ html, css: adaptor.textContent(chtml.styleSheet(page)), errors });
}
