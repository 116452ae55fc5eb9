/** A button whose work takes a while says so, and cannot be pressed again; without a script the browser's own sign has to do. */
export function showUnderWay(): void {
  const pressed = new Map<HTMLButtonElement, string>();

  document.addEventListener('submit', ({ target, submitter }) => {
    if (!(target instanceof HTMLFormElement) || !(submitter instanceof HTMLButtonElement)) return;
    const words = submitter.dataset['underWay'];
    if (words === undefined) return;
    pressed.set(submitter, submitter.textContent);
    // A disabled button would not be sent with its form, which happens first.
    setTimeout(() => {
      submitter.disabled = true;
      submitter.textContent = words;
      target.setAttribute('aria-busy', 'true');
    });
  });

  // Whoever comes back finds the page as it was left.
  window.addEventListener('pageshow', ({ persisted }) => {
    if (!persisted) return;
    for (const [button, words] of pressed) {
      button.disabled = false;
      button.textContent = words;
      button.form?.removeAttribute('aria-busy');
    }
  });
}
