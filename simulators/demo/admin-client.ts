/**
 * A person's browser and hands: keeps cookies, follows redirects, speaks the public JSON API. It knows no table and no
 * function of the product, so whatever it achieves, an admin can.
 */
export interface AdminClient {
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body?: unknown): Promise<T>;
  put<T>(path: string, body: unknown): Promise<T>;
  patch<T>(path: string, body: unknown): Promise<T>;
  /** Status and text of any request, for asking what is refused. */
  raw(method: string, path: string, body?: unknown): Promise<{ status: number; text: string }>;
}

export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
  }
}

interface CookieJar {
  header(url: URL): string;
  keep(url: URL, response: Response): void;
}

function createCookieJar(): CookieJar {
  const cookies = new Map<string, Map<string, string>>();
  return {
    header: (url) => [...(cookies.get(url.host) ?? [])].map(([name, value]) => `${name}=${value}`).join('; '),
    keep(url, response) {
      const jar = cookies.get(url.host) ?? new Map<string, string>();
      for (const line of response.headers.getSetCookie()) {
        const [pair = ''] = line.split(';');
        const mark = pair.indexOf('=');
        if (mark < 1) continue;
        const value = pair.slice(mark + 1);
        if (value === '') jar.delete(pair.slice(0, mark));
        else jar.set(pair.slice(0, mark), value);
      }
      cookies.set(url.host, jar);
    },
  };
}

/**
 * Installs the app as an admin does: our installation address, Intercom's consent page, Approve, and back. Returns the
 * signed-in client. `teammate` is `workspace/teammate` as the consent page offers them; the first one when absent.
 */
export async function installApp(appUrl: string, teammate?: string): Promise<AdminClient> {
  const jar = createCookieJar();
  const consent = await browse(jar, new URL('/install', appUrl));
  const form = readForm(consent.html, consent.url);
  form.fields.set('decision', 'approve');
  if (teammate !== undefined) form.fields.set('teammate', teammate);
  const landed = await browse(jar, form.action, { method: 'POST', body: form.fields });
  if (landed.status >= 400) throw new ApiError(landed.status, 'install_failed', landed.html.slice(0, 500));
  return createClient(appUrl, jar);
}

async function browse(
  jar: CookieJar,
  start: URL,
  request?: { method: string; body: URLSearchParams },
): Promise<{ url: URL; status: number; html: string }> {
  let url = start;
  let next = request;
  for (let hops = 0; hops < 10; hops += 1) {
    const response = await fetch(url, {
      method: next?.method ?? 'GET',
      redirect: 'manual',
      headers: {
        cookie: jar.header(url),
        ...(next === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
      },
      ...(next === undefined ? {} : { body: next.body.toString() }),
    });
    jar.keep(url, response);
    const location = response.headers.get('location');
    if (location === null || response.status < 300 || response.status >= 400) {
      return { url, status: response.status, html: await response.text() };
    }
    await response.arrayBuffer();
    url = new URL(location, url);
    next = undefined;
  }
  throw new Error(`too many redirects from ${start.toString()}`);
}

function readForm(html: string, base: URL): { action: URL; fields: URLSearchParams } {
  const action = /<form[^>]*action="([^"]*)"/i.exec(html)?.[1];
  if (action === undefined) throw new Error(`no form on ${base.toString()}: ${html.slice(0, 300)}`);
  const fields = new URLSearchParams();
  for (const [input] of html.matchAll(/<input[^>]*>/gi)) {
    const name = /name="([^"]*)"/i.exec(input)?.[1];
    const value = /value="([^"]*)"/i.exec(input)?.[1] ?? '';
    if (name !== undefined) fields.set(name, unescapeHtml(value));
  }
  return { action: new URL(unescapeHtml(action), base), fields };
}

function unescapeHtml(text: string): string {
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

function createClient(appUrl: string, jar: CookieJar): AdminClient {
  async function raw(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ status: number; text: string }> {
    const url = new URL(`/api/v1${path}`, appUrl);
    const response = await fetch(url, {
      method,
      headers: {
        cookie: jar.header(url),
        origin: new URL(appUrl).origin,
        ...(method === 'GET' ? {} : { 'content-type': 'application/json' }),
      },
      ...(method === 'GET' ? {} : { body: JSON.stringify(body ?? {}) }),
    });
    jar.keep(url, response);
    return { status: response.status, text: await response.text() };
  }
  async function send<T>(method: string, path: string, body?: unknown): Promise<T> {
    const { status, text } = await raw(method, path, body);
    const parsed: unknown = text === '' ? null : JSON.parse(text);
    if (status < 400) return parsed as T;
    const { error } = parsed as { error?: { code?: string; message?: string; field?: string } };
    throw new ApiError(
      status,
      error?.code ?? 'unknown',
      `${method} ${path}: ${status} ${error?.code ?? ''} ${error?.message ?? text}${error?.field === undefined ? '' : ` (${error.field})`}`,
    );
  }
  return {
    raw,
    get: (path) => send('GET', path),
    post: (path, body) => send('POST', path, body),
    put: (path, body) => send('PUT', path, body),
    patch: (path, body) => send('PATCH', path, body),
  };
}
