// Runs before the first paint so that a chosen theme never flashes; a file of its own because the
// content security policy allows no inline script.
(function () {
  try {
    var theme = localStorage.getItem('sf_theme');
    if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
  } catch {
    // storage is blocked: the system's preference applies
  }
})();
