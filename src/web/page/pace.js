// pace.js: when to ask again. Everybody hears of a change at the same time: so that not all ask at once, each waits a little, the
// longer the slower the gateway answers; changes that come meanwhile are asked for together; and a page that nobody sees asks when
// it is looked at again.

const SPREAD = 250; // milliseconds: within them all pages ask
const PAUSE = 200; // between two questions at least
const SHARE = 10; // of the time a page asks for at most one part in so many
const LONGEST = 10000; // however long the gateway took
const AGAIN = 2000; // when there was no answer

// act () returns a promise: was there an answer? What is returned is to be called after each change; its stop () forgets those that were not asked for yet.
export function paced(act) {
  let timer = 0;
  let isDirty = false;
  let isAsking = false;
  let quietUntil = 0;

  async function ask() {
    timer = 0;
    if (document.visibilityState === 'hidden') return; // it went out of sight while it waited, and stays dirty
    isDirty = false;
    isAsking = true;
    const start = performance.now();
    const isAnswered = await act();
    const end = performance.now();
    quietUntil = end + (isAnswered ? Math.min(LONGEST, Math.max(PAUSE, (end - start) * SHARE)) : AGAIN);
    isAsking = false;
    if (!isAnswered) isDirty = true;
    if (isDirty) changed();
  }

  function changed() {
    isDirty = true;
    if (timer || isAsking || document.visibilityState === 'hidden') return;
    timer = setTimeout(ask, Math.max(0, quietUntil - performance.now()) + Math.random() * SPREAD);
  }

  changed.stop = () => {
    clearTimeout(timer);
    timer = 0;
    isDirty = false;
  };
  document.addEventListener('visibilitychange', () => { if (isDirty) changed(); });
  return changed;
}
