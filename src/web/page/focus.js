// focus.js: whoever works without a mouse is never lost: a dialog gives the focus back, and what goes away hands it on.

// Shows a dialog until it is closed, and forgets it then.
export function present(dialog) {
  const before = document.activeElement;
  dialog.addEventListener('close', () => {
    dialog.remove();
    if (!before || before === document.body) return;
    const after = before.isConnected ? before // or what was drawn in its place meanwhile
      : [...document.querySelectorAll(before.tagName)].find((one) => one.textContent === before.textContent && one.checkVisibility());
    (after || document.getElementById('main')).focus({ preventScroll: true });
  });
  document.body.append(dialog);
  dialog.showModal();
}

// When what had the focus is gone: it goes to `place`, which need not be a button.
export function rescue(place) {
  const now = document.activeElement;
  if (!place || document.querySelector('dialog[open]') || (now && now !== document.body && now.isConnected)) return;
  if (!place.hasAttribute('tabindex') && place.tabIndex < 0) place.tabIndex = -1;
  place.focus({ preventScroll: true });
}
