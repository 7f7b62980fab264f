// Runs before the first paint: applies the remembered theme, so that nothing flashes, and tells the style sheet that scripts run.
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  try {
    const theme = localStorage.getItem("theme");
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  } catch {
    // Storage may be forbidden: the system's preference holds.
  }
})();
