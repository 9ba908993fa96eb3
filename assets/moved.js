// An old address, page#anchor, of a section that stands on another page now: go there, and leave no step to go back to.
(() => {
  "use strict";
  const follow = () => {
    const there = document.getElementById(decodeURIComponent(location.hash.slice(1)))?.dataset.moved;
    if (there) location.replace(there);
  };
  addEventListener("hashchange", follow);
  follow();
})();
