// Marks in the text of a report. Offsets count code points of the clean text, as the server does.
const blocks = () => [...$("paper").children];
const blockAt = (offset) => blocks().findLast((block) => Number(block.dataset.s) <= offset);

function unmark(selector) {
  for (const node of $("paper").querySelectorAll(selector)) node.replaceWith(...node.childNodes);
  $("paper").normalize();
}

// The text of a block without the page labels, which are no part of it.
function textNodes(block) {
  const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
  const nodes = [];
  while (walker.nextNode()) if (!walker.currentNode.parentElement.closest("[data-skip]")) nodes.push(walker.currentNode);
  return nodes;
}

// DOM offsets count UTF-16 units; the two differ only for rare characters.
const rare = /[\ud800-\udbff]/;
const units = (text, points) => (rare.test(text) ? [...text].slice(0, points).join("").length : points);
const points = (text) => (rare.test(text) ? [...text].length : text.length);

function mark(start, end, tag, name) {
  const made = [];
  for (const block of blocks()) {
    let offset = Number(block.dataset.s);
    if (offset >= end) break;
    for (const node of textNodes(block)) {
      const length = points(node.data);
      const from = Math.max(start - offset, 0);
      const to = Math.min(end - offset, length);
      if (from < to) made.push(wrap(node, units(node.data, from), units(node.data, to), tag, name));
      offset += length;
    }
  }
  return made;
}

function wrap(node, from, to, tag, name) {
  const range = document.createRange();
  range.setStart(node, from);
  range.setEnd(node, to);
  const wrapper = element(tag, name ? { class: name } : {});
  range.surroundContents(wrapper);
  return wrapper;
}

// Where `needle` stands in the text, as [start, end] offsets, in order; at most `most`.
function occurrences(needle, most = 500) {
  const wanted = needle.toLowerCase();
  const found = [];
  for (const block of blocks()) {
    const text = textNodes(block).map((node) => node.data).join("").toLowerCase();
    const base = Number(block.dataset.s);
    for (let at = text.indexOf(wanted); at >= 0 && found.length < most; at = text.indexOf(wanted, at + wanted.length)) {
      const start = base + points(text.slice(0, at));
      found.push([start, start + points(wanted)]);
    }
  }
  return found;
}
