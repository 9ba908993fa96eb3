// The editor of one cell: CodeMirror, in the colours that the page gives its code, for these are Pygments' own classes.
import { defaultKeymap, history, historyKeymap, indentLess, indentMore } from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import { bracketMatching, HighlightStyle, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { EditorState, Prec } from "@codemirror/state";
import { Decoration, drawSelection, EditorView, keymap, MatchDecorator, ViewPlugin } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const PYGMENTS = {
  k: [tags.keyword, tags.controlKeyword, tags.definitionKeyword, tags.moduleKeyword, tags.bool, tags.null],
  ow: [tags.operatorKeyword],
  c1: [tags.comment],
  s2: [tags.string, tags.special(tags.string), tags.escape],
  mi: [tags.number],
  bp: [tags.self],
  nd: [tags.meta],
  nf: [tags.function(tags.definition(tags.variableName))],
  nc: [tags.definition(tags.className)],
};
const colours = HighlightStyle.define(Object.entries(PYGMENTS).flatMap(([name, kinds]) => kinds.map((tag) => ({ tag, class: name }))));

// Pygments colours Python's own functions; the grammar does not tell them from others.
const BUILTIN = /(?<![.\w])(?:abs|all|any|bool|complex|dict|enumerate|filter|float|format|getattr|hasattr|int|isinstance|iter|len|list|map|max|min|next|object|print|property|range|repr|reversed|round|set|setattr|slice|sorted|staticmethod|str|sum|super|tuple|type|zip)(?=\s*\()/g;
const builtins = new MatchDecorator({ regexp: BUILTIN, decoration: Decoration.mark({ class: "nb" }) });
const marksBuiltins = ViewPlugin.define(
  (view) => ({ marks: builtins.createDeco(view), update(change) { this.marks = builtins.updateDeco(change, this.marks); } }),
  { decorations: (plugin) => plugin.marks },
);

// `on`: {change(text), run(), check()}. After Escape, Tab leaves the editor: CodeMirror's own rule.
export function editor(parent, text, label, on) {
  const keys = [
    { key: "Ctrl-Enter", mac: "Cmd-Enter", run: () => (on.run(), true) },
    { key: "Shift-Enter", run: () => (on.check(), true) },
    { key: "Tab", run: indentMore, shift: indentLess },
  ];
  return new EditorView({
    parent,
    doc: text,
    extensions: [
      Prec.high(keymap.of(keys)),
      history(),
      keymap.of([...defaultKeymap, ...historyKeymap]),
      drawSelection(),
      EditorState.tabSize.of(4),
      indentUnit.of("    "),
      indentOnInput(),
      bracketMatching(),
      python(),
      syntaxHighlighting(colours),
      marksBuiltins,
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ "aria-label": label, autocapitalize: "off", autocorrect: "off", spellcheck: "false" }),
      EditorView.updateListener.of((update) => update.docChanged && on.change(update.state.doc.toString())),
    ],
  });
}

// Put another text in its place, as a change that Ctrl+Z takes back.
export function replace(view, text) {
  if (view.state.doc.toString() !== text) view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
}
