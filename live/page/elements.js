// An element with its properties, `aria-..` and `data-..` attributes, and children.
export function make(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (/^(aria-|data-|role$)/.test(key)) element.setAttribute(key, value);
    else element[key] = value;
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

export const button = (text, click, more = {}) => make("button", { type: "button", className: "live-button", textContent: text, onclick: click, ...more });
