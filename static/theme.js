// Before the first paint: light or dark, as chosen here or by the system.
(() => {
  const kept = localStorage.getItem("theme");
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.dataset.bsTheme = kept ?? (dark ? "dark" : "light");
})();
