import type { Article, JsonObject } from '../infraon/desk.ts';
import { formattedSize } from '../infraon/threads.ts';
import { offsetTime } from '../infraon/timestamps.ts';
import { DAY_MS, inProportion } from './build.ts';
import type { Build } from './build.ts';
import { ARTICLES } from './texts/articles.ts';
import type { ArticleText } from './texts/articles.ts';

/** Category and its folders. The API has no folder level: `department` and `catalogue_service` stand for the two. */
const SHELVES: Record<string, string[]> = {
  'Working from Home': ['VPN', 'Devices'],
  'E-Mail & Calendar': ['Outlook', 'Shared Mailboxes'],
  Accounts: [],
  'Werk & Lager': ['Drucker'],
};

function addCategories(build: Build): void {
  const at = build.now - 600 * DAY_MS;
  function add(name: string, parent: string | null): string {
    const id = build.id(at);
    build.desk.article_categories.push({ category_id: id, name, parent_id: parent });
    return id;
  }
  for (const [name, folders] of Object.entries(SHELVES)) {
    const parent = add(name, null);
    for (const folder of folders) add(folder, parent);
  }
}

function storedFile(build: Build, at: number, name: string, mime: string, inline: boolean) {
  const id = build.id(at);
  const file = {
    attachment_id: id,
    ref_id: id,
    module_id: 0,
    file_name: name,
    file_path: `/media/uploads/${build.desk.organization}/kb/${id}/${name}`,
    mime,
    bytes: build.prng.between(2_000, 40_000),
    creation_time: offsetTime(at),
    created_by: build.desk.users[0]?.profile_id ?? '',
    unreachable: false,
    inline,
  };
  build.desk.files.push(file);
  return file;
}

/** The body with a picture, a table, and a link to the article before. */
function content(build: Build, text: ArticleText, at: number, previous: Article | undefined): JsonObject {
  const { prng } = build;
  const picture = prng.chance(0.5)
    ? `<p><img src="${encodeURI(storedFile(build, at, 'step.png', 'image/png', true).file_path)}" alt="Step"></p>`
    : '';
  // The address form of links between articles is invented.
  const link =
    previous && prng.chance(0.4)
      ? `<p>See also <a href="/portal/knowledgebase/${previous.kb_id}">another article</a>.</p>`
      : '';
  const attachments = prng.chance(0.25)
    ? [storedFile(build, at, 'guide.pdf', 'application/pdf', false)].map((file) => ({
        attachment_id: file.attachment_id,
        file_name: file.file_name,
        formatted_size: formattedSize(file.bytes),
        file_path: file.file_path,
      }))
    : [];
  return { info: `${text.html}${picture}${link}`, attachments };
}

type Standing = { state: string; status: string; archived: boolean; isPrivate: boolean };

/** Most are published; every desk also has drafts, restricted and archived ones. */
function standing(index: number): Standing {
  const usual = { state: 'Active', status: 'Approved', archived: false, isPrivate: false };
  if (index % 8 === 3) return { ...usual, status: 'Draft' };
  if (index % 8 === 5) return { ...usual, isPrivate: true };
  if (index % 12 === 7) return { ...usual, archived: true, status: 'Archived', state: 'In-Active' };
  return usual;
}

function article(build: Build, index: number): Article {
  const { prng, desk } = build;
  const text = ARTICLES[index % ARTICLES.length] ?? ARTICLES[0];
  const round = Math.floor(index / ARTICLES.length);
  const at = build.now - 500 * DAY_MS + index * 3_600_000;
  const { state, status, archived, isPrivate } = standing(index);
  const author = prng.pick(desk.users.slice(0, 8));
  const id = build.id(at);
  return {
    id: id.slice(-12).padStart(24, 'a'),
    kb_id: id,
    display_id: `article${(index + 1).toString().padStart(5, '0')}`,
    created_by: author.profile_id,
    organization: desk.organization,
    creation_time: offsetTime(at),
    last_update_time: index % 3 === 0 ? null : offsetTime(at + 20 * DAY_MS),
    is_deleted: false,
    config: {
      title: round === 0 ? text.title : `${text.title} (${round + 1})`,
      kbtype: 'article',
      state,
      status,
      department: text.category,
      catalogue_service: text.folder,
      approver: author.user,
      reviewer: author.user,
      valid_till: index % 5 === 0 ? offsetTime(build.now + 90 * DAY_MS).slice(0, 10) : null,
      is_archive: archived,
      is_private: isPrivate,
      is_security: false,
      is_disabled_update: false,
      show_contact: false,
      users: isPrivate ? [author.user] : [],
      teams: isPrivate && desk.teams[0] ? [desk.teams[0].team_id] : [],
      tags: index % 4 === 0 ? [desk.tags[0]?.tag_id ?? ''] : [],
      keywords: text.keywords,
      content: content(build, text, at, desk.articles.at(-1)),
      faq: null,
      known_error: null,
      solution: null,
      api_link_data: { external_url: '', description: '' },
      email: null,
      mobile: null,
    },
  };
}

/** Articles on two levels of shelves, some without a folder. */
export function addKnowledge(build: Build): void {
  addCategories(build);
  const count = inProportion(build.incidents, 15, 0.7, 6);
  for (let index = 0; index < count; index += 1) build.desk.articles.push(article(build, index));
}
