// Mount the page's interactive figures (anywidget views) from the widget state embedded in it: no kernel, no other script.
(() => {
  "use strict";
  const STATE = "application/vnd.jupyter.widget-state+json";
  const VIEW = "application/vnd.jupyter.widget-view+json";
  const PREFIX = "IPY_MODEL_";

  const records = {};
  for (const script of document.querySelectorAll(`script[type="${STATE}"]`)) {
    const { state, shared = {} } = JSON.parse(script.textContent);
    for (const figure of Object.values(state).map((record) => record.state).filter(({ _esm }) => _esm !== undefined)) {
      for (const [name, common] of Object.entries(shared)) figure[name] = common + figure[name];
    }
    Object.assign(records, state);
  }

  const bytes = (base64) => new DataView(Uint8Array.from(atob(base64), (char) => char.charCodeAt(0)).buffer);

  // The part of the Jupyter widget model that anywidget's front-end contract asks for.
  class Model {
    #values;
    #listeners = new Map();

    constructor({ state, buffers = [] }) {
      this.#values = state;
      for (const { path, data } of buffers) {
        const holder = path.slice(0, -1).reduce((value, key) => value[key], state);
        holder[path.at(-1)] = bytes(data);
      }
      this.widget_manager = { get_model: (reference) => model(reference.replace(PREFIX, "")) };
    }
    get(name) { return this.#values[name]; }
    set(name, value) {
      if (typeof name === "object") { for (const [key, item] of Object.entries(name)) this.set(key, item); return; }
      if (this.#values[name] === value) return;
      this.#values[name] = value;
      this.#emit(`change:${name}`, this, value);
      this.#emit("change", this);
    }
    on(names, listener) {
      for (const name of names.split(" ")) this.#listeners.set(name, [...(this.#listeners.get(name) ?? []), listener]);
    }
    off(names, listener) {
      if (names == null) return this.#listeners.clear();
      for (const name of names.split(" ")) {
        this.#listeners.set(name, (this.#listeners.get(name) ?? []).filter((one) => listener && one !== listener));
      }
    }
    save_changes() {} // there is no kernel to tell
    send() {}
    #emit(name, ...details) { for (const listener of this.#listeners.get(name) ?? []) listener(...details); }
  }

  const modules = new Map();
  const load = (source) => {
    if (!modules.has(source)) modules.set(source, import(URL.createObjectURL(new Blob([source], { type: "text/javascript" }))));
    return modules.get(source);
  };

  const models = new Map();
  const model = (id) => {
    if (!models.has(id)) models.set(id, start(id));
    return models.get(id);
  };
  async function start(id) {
    if (!records[id]) throw new Error(`no state for model ${id}`);
    if (records[id].model_module !== "anywidget") throw new Error(`${records[id].model_name} needs a running kernel`);
    const instance = new Model(records[id]);
    const { default: exported } = await load(instance.get("_esm"));
    instance.widget = typeof exported === "function" ? await exported() : exported;
    await instance.widget.initialize?.({ model: instance });
    return instance;
  }

  const styled = new Set();
  const style = (css) => {
    if (!css || styled.has(css)) return;
    styled.add(css);
    document.head.append(Object.assign(document.createElement("style"), { textContent: css }));
  };

  const fail = (el, error) => {
    el.className = "figure-failed";
    el.setAttribute("role", "alert");
    el.textContent = `This interactive figure could not start (${error.message}). The text below does not depend on it.`;
    console.error(error);
  };

  // The figure takes its still's place at once when it is there to be drawn; paper gets the still all the same.
  async function mount(id, place) {
    const still = place.nextElementSibling?.matches(".figure-still") ? place.nextElementSibling : null;
    const el = Object.assign(document.createElement("div"), { className: "anyhost" });
    try {
      const instance = await model(id);
      place.replaceWith(el);
      still?.classList.add("replaced");
      await instance.widget.render?.({ model: instance, el });
    } catch (error) {
      if (place.isConnected) place.replaceWith(el);
      still?.classList.remove("replaced");
      fail(el, error);
    }
  }

  // A figure starts when the reader is a screen away from it.
  const near = new IntersectionObserver((seen) => {
    for (const { isIntersecting, target } of seen) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      for (const place of target.querySelectorAll(`:scope > script[type="${VIEW}"]`)) {
        const id = JSON.parse(place.textContent).model_id;
        style(records[id]?.state._css);
        mount(id, place);
      }
    }
  }, { rootMargin: "100%" });
  for (const script of document.querySelectorAll(`script[type="${VIEW}"]`)) near.observe(script.parentElement);
})();
