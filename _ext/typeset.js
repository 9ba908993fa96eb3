// Turn TeX into MathML outside a browser, with the parts of MathJax that need no page. Run by typeset.py inside V8.
const { mathjax: { mathjax }, adaptors, handlers, input, core } = MathJax._;
handlers.html_ts.RegisterHTMLHandler(adaptors.liteAdaptor.liteAdaptor());
const LEFT_OUT = ["bussproofs", "noerrors", "noundefined"]; // needs a page; hide mistakes
const packages = input.tex.AllPackages.AllPackages.filter((name) => !LEFT_OUT.includes(name));
const { SerializedMmlVisitor } = core.MmlTree.SerializedMmlVisitor;
const { STATE } = core.MathItem;

// formulas: [[tex, display], ...] -> {mathml: [...], errors: [...]}
function typeset(formulas) {
  const errors = [];
  const formatError = (jax, error) => { errors.push(error.message); return jax.formatError(error); };
  const page = mathjax.document("", { InputJax: new input.tex_ts.TeX({ packages, formatError }) });
  const visitor = new SerializedMmlVisitor();
  const mathml = formulas.map(([tex, display]) => visitor.visitTree(page.convert(tex, { display, end: STATE.CONVERT })));
  return JSON.stringify({ mathml, errors });
}
