import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ADMIN, at, errorOf, listAt, openDesk, textAt, type Desk } from './support.ts';

describe('Help Center content', () => {
  let desk: Desk;
  beforeEach(async () => {
    desk = await openDesk();
  });
  afterEach(() => desk.close());

  const article = (fields: Record<string, unknown> = {}) =>
    desk.call('POST', '/articles', { title: 'Reset a password', author_id: Number(ADMIN), ...fields });

  it('needs an author who is a teammate, and is a draft unless told otherwise', async () => {
    expect(errorOf(await article({ author_id: undefined }))).toMatchObject({
      status: 400,
      code: 'parameter_not_found',
    });
    expect((await article({ author_id: 1 })).status).toBe(400);
    expect((await article()).body).toMatchObject({ state: 'draft', url: null, parent_ids: [], body: '' });
    const published = (await article({ state: 'published' })).body;
    expect(textAt(published, 'url')).toContain(`/articles/${textAt(published, 'id')}-reset-a-password`);
    expect((await article({ created_at: 5 })).status).toBe(400);
  });

  it('renders the body again', async () => {
    const text = (await article({ body: 'Body of the Article' })).body;
    expect(at(text, 'body')).toBe('<p class="no-margin">Body of the Article</p>');
    const html = (await article({ body: '<h4 style="x">Deep</h4><p>One</p><span>loose</span>' })).body;
    expect(at(html, 'body')).toBe('<h2>Deep</h2><p class="no-margin">One</p>loose');
    const markdown = (await article({ body_markdown: '# Hello\n\nA **bold** word.' })).body;
    expect(at(markdown, 'body')).toBe('<h1>Hello</h1>\n<p class="no-margin">A <b>bold</b> word.</p>');
    expect((await article({ body: 'x', body_markdown: 'y' })).status).toBe(400);
  });

  it('copies images it can fetch and leaves the others', async () => {
    const files = createServer((_request, response) => {
      response.setHeader('Content-Type', 'image/png');
      response.end('png');
    });
    await new Promise<void>((resolve) => files.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(files.address() as AddressInfo).port}/shot.png`;
    const stored = (
      await article({ body: `<p><img src="${url}" alt="a"></p><p><img src="http://127.0.0.1:1/x.png"></p>` })
    ).body;
    expect(textAt(stored, 'body')).toContain(
      'src="https://downloads.intercomcdn.com/i/o/ws_demo01/1/shot.png"',
    );
    expect(textAt(stored, 'body')).toContain('src="http://127.0.0.1:1/x.png"');
    await new Promise((resolve) => files.close(resolve));
  });

  it('lists the latest change first, searches, and deletes once', async () => {
    const first = textAt((await article({ title: 'First' })).body, 'id');
    desk.pass(2_000);
    const second = textAt(
      (await article({ title: 'Second', body: 'about printers', state: 'published' })).body,
      'id',
    );
    const order = async () =>
      listAt(await desk.done('GET', '/articles'), 'data').map((each) => at(each, 'id'));
    expect(await order()).toEqual([second, first]);
    desk.pass(2_000);
    await desk.done('PUT', `/articles/${first}`, { description: 'changed' });
    expect(await order()).toEqual([first, second]);
    expect(at(await desk.done('GET', '/articles/search?phrase=printers'), 'data.articles.0.id')).toBe(second);
    expect(at(await desk.done('GET', '/articles/search?phrase=printers&state=draft'), 'total_count')).toBe(0);
    expect(await desk.done('DELETE', `/articles/${first}`)).toEqual({
      id: first,
      object: 'article',
      deleted: true,
    });
    expect((await desk.call('DELETE', `/articles/${first}`)).status).toBe(404);
  });

  it('stages drafts on published articles only', async () => {
    const draft = textAt((await article()).body, 'id');
    expect((await desk.call('PUT', `/articles/${draft}/draft`, { title: 'x' })).status).toBe(422);
    const id = textAt((await article({ state: 'published' })).body, 'id');
    expect((await desk.call('GET', `/articles/${id}/draft`)).status).toBe(404);
    expect(await desk.done('PUT', `/articles/${id}/draft`, { title: 'Newer' })).toMatchObject({
      title: 'Newer',
      has_unpublished_changes: true,
    });
    expect(await desk.done('GET', `/articles/${id}`)).toMatchObject({ title: 'Reset a password' });
    expect(await desk.done('POST', `/articles/${id}/draft/publish`)).toMatchObject({
      title: 'Newer',
      has_unpublished_changes: false,
    });
    expect((await desk.call('POST', `/articles/${id}/draft/publish`)).status).toBe(422);
  });

  it('nests collections three levels deep', async () => {
    const collection = (fields: Record<string, unknown>) =>
      desk.call('POST', '/help_center/collections', fields);
    expect(errorOf(await collection({})).message).toBe('Name is a required parameter.');
    let parent: string | null = null;
    for (const name of ['one', 'two', 'three']) {
      const answer = await collection({ name, parent_id: parent });
      expect(answer.status).toBe(200);
      parent = textAt(answer.body, 'id');
    }
    expect((await collection({ name: 'four', parent_id: parent })).status).toBe(400);
    expect((await collection({ name: 'x', icon: 'star' })).status).toBe(400);
    const stored = (await article({ parent_id: Number(parent), parent_type: 'collection' })).body;
    expect(at(stored, 'parent_ids')).toEqual([Number(parent)]);
    expect((await article({ parent_id: 1, parent_type: 'collection' })).status).toBe(404);
    expect(await desk.done('DELETE', `/help_center/collections/${parent}`)).toMatchObject({ deleted: true });
    expect(at(await desk.done('GET', `/articles/${textAt(stored, 'id')}`), 'parent_ids')).toEqual([]);
    expect((await desk.call('GET', `/help_center/collections/${parent}`)).status).toBe(404);
  });

  it('refuses to move a collection below the third level', async () => {
    const make = async (name: string, parent: string | null) =>
      textAt(await desk.done('POST', '/help_center/collections', { name, parent_id: parent }), 'id');
    const root = await make('root', null);
    const child = await make('child', root);
    const other = await make('other', null);
    await make('leaf', other);
    expect((await desk.call('PUT', `/help_center/collections/${other}`, { parent_id: child })).status).toBe(
      400,
    );
    expect((await desk.call('PUT', `/help_center/collections/${other}`, { parent_id: root })).status).toBe(
      200,
    );
  });

  it('keeps internal articles apart', async () => {
    const fields = {
      title: 'Runbook',
      body: '<p>Steps</p>',
      author_id: Number(ADMIN),
      owner_id: Number(ADMIN),
    };
    expect((await desk.call('POST', '/internal_articles', { ...fields, owner_id: undefined })).status).toBe(
      400,
    );
    const id = textAt(await desk.done('POST', '/internal_articles', fields), 'id');
    expect(await desk.done('PUT', `/internal_articles/${id}`, { title: 'Runbook 2' })).toMatchObject({
      title: 'Runbook 2',
      locale: 'en',
    });
    expect(at(await desk.done('GET', '/articles'), 'total_count')).toBe(0);
    expect(at(await desk.done('GET', '/internal_articles'), 'total_count')).toBe(1);
    expect(await desk.done('DELETE', `/internal_articles/${id}`)).toEqual({
      id,
      object: 'internal_article',
      deleted: true,
    });
    expect((await desk.call('GET', `/internal_articles/${id}`)).status).toBe(404);
  });

  it('tags articles in 2.16', async () => {
    const id = textAt((await article()).body, 'id');
    const tag = textAt(await desk.done('POST', '/tags', { name: 'import' }), 'id');
    expect(errorOf(await desk.call('POST', `/articles/${id}/tags`, { id: '1' })).code).toBe('tag_not_found');
    expect(errorOf(await desk.call('POST', '/articles/1/tags', { id: tag })).code).toBe('article_not_found');
    await desk.done('POST', `/articles/${id}/tags`, { id: tag });
    expect(at(await desk.done('GET', `/articles/${id}`), 'tags.tags.0.name')).toBe('import');
    expect(await desk.done('DELETE', `/articles/${id}/tags/${tag}`)).toMatchObject({
      applied_at: null,
      applied_by: null,
    });
  });

  it('redirects old addresses inside its own help center', async () => {
    const id = textAt((await article({ state: 'published' })).body, 'id');
    const center = at(await desk.done('GET', '/help_center/help_centers'), 'data.0');
    const path = `/help_center/help_centers/${textAt(center, 'id')}/redirects`;
    const fields = {
      from_url: `${textAt(center, 'url')}/old`,
      locale: 'en',
      target_type: 'article',
      target_id: id,
    };
    expect(
      (await desk.call('POST', path, { ...fields, from_url: 'https://elsewhere.example/old' })).status,
    ).toBe(422);
    expect((await desk.call('POST', path, { ...fields, target_type: 'page' })).status).toBe(400);
    const redirect = textAt(await desk.done('POST', path, fields), 'id');
    expect(errorOf(await desk.call('POST', path, fields))).toMatchObject({
      status: 409,
      code: 'resource_conflict',
    });
    expect(at(await desk.done('GET', path), 'total_count')).toBe(1);
    expect(await desk.done('DELETE', `${path}/${redirect}`)).toMatchObject({
      object: 'help_center_redirect',
      deleted: true,
    });
  });
});
