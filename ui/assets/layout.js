// The look of the page: light or dark, and how wide the source is.
const THEME = "wenbao.theme";
const WIDTH = "wenbao.source-width";

function startTheme() {
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const draw = () => {
    const dark = $("theme").value ? $("theme").value === "dark" : system.matches;
    document.body.classList.toggle("dark", dark);
    document.documentElement.style.colorScheme = dark ? "dark" : "light";
  };
  $("theme").value = stored(THEME, "");
  $("theme").onchange = () => { store(THEME, $("theme").value); draw(); };
  system.addEventListener("change", draw);
  draw();
}

// The divider is dragged, or moved with the arrow keys; at the right edge (or with Enter) the source is folded.
function startDivider() {
  const workspace = document.querySelector(".workspace");
  const divider = $("divider");
  const set = (share) => {
    workspace.classList.toggle("folded", share < 12);
    if (share < 12) return;
    const width = Math.min(70, Math.max(25, share));
    workspace.style.setProperty("--source", `${width}%`);
    divider.setAttribute("aria-valuenow", Math.round(width));
    store(WIDTH, width);
  };
  const width = () => Number(divider.getAttribute("aria-valuenow"));
  set(stored(WIDTH, 46));
  divider.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    divider.setPointerCapture(event.pointerId);
    divider.onpointermove = (move) => set((100 * (workspace.getBoundingClientRect().right - move.clientX)) / workspace.clientWidth);
  });
  divider.addEventListener("lostpointercapture", () => { divider.onpointermove = null; });
  divider.addEventListener("dblclick", () => workspace.classList.toggle("folded"));
  divider.addEventListener("keydown", (event) => {
    if (event.key === "ArrowLeft") set(width() + 3);
    else if (event.key === "ArrowRight") set(width() - 3);
    else if (event.key === "Enter") workspace.classList.toggle("folded");
    else return;
    event.preventDefault();
  });
}
