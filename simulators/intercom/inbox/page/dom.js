// @ts-check

/**
 * Makes an element. Properties that the element has are set, `class`, `aria-…`, `data-…` and the like become attributes,
 * and `on…` functions become listeners. Null and false children are left out.
 *
 * @param {string} tag
 * @param {Record<string, unknown>} [properties]
 * @param {...(Node | string | null | undefined | false)} children
 * @returns {any}
 */
export function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on') && typeof value === 'function') {
      element.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
    } else if (name in element && !name.includes('-') && name !== 'list') {
      /** @type {any} */ (element)[name] = value;
    } else {
      element.setAttribute(name, value === true ? '' : String(value));
    }
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/**
 * @param {string} id
 * @returns {any}
 */
export function byId(id) {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`the page has no #${id}`);
  return element;
}

/** Says something to whoever does not see the page change. @param {string} text */
export function announce(text) {
  byId('announcer').textContent = text;
}

let counter = 0;

/** An id that no other element has. */
export function freshId() {
  counter += 1;
  return `field-${counter}`;
}

/**
 * A call to the simulator; throws with its own words when it refuses.
 *
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body]
 * @returns {Promise<any>}
 */
export async function call(method, path, body) {
  const response = await fetch(path, {
    method,
    headers: { 'Content-Type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const parsed = await response.json();
  if (!response.ok) throw new Error(parsed.error ?? `status ${response.status}`);
  return parsed;
}

let zone = 'UTC';

/** @param {string} timezone the workspace's, in which every time on the page is shown */
export function useTimezone(timezone) {
  zone = timezone;
}

/** @param {number | null} seconds since the epoch */
export function timeText(seconds) {
  if (seconds === null || seconds === undefined) return '';
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone: zone }).format(
    new Date(seconds * 1000),
  );
}
