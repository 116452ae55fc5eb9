import type { AppliedTag, AttributeValue } from '../../simulators/intercom/records.ts';
import type { Workspace } from '../../simulators/intercom/workspace.ts';
import { writtenParts } from './fidelity.ts';

/** Every value of every record, by what people would recognise it by: two equal migrations have equal contents. */
export type Contents = Map<string, Map<string, string>>;

export interface ContentDifference {
  /** `conversation INFRAONINCI7439` */
  record: string;
  /** Null: only one of the two has the record. */
  field: string | null;
  one: string | null;
  other: string | null;
}

/** What the workspace shows, without Intercom's own ids and times, which differ between equal contents. */
export function contentsOf(workspace: Workspace): Contents {
  const { conversations, instances, tags, conversationAttributes, content } = workspace;
  const companies = [...workspace.companies.values()].filter((each) => each.archivesAtMs === null);
  const contacts = [...workspace.contacts.values()].filter((each) => !each.archived);
  const names = new Map<string, string>([
    ...contacts.map((each): [string, string] => [
      each.id,
      `contact ${each.externalId ?? each.email ?? each.id}`,
    ]),
    ...companies.map((each): [string, string] => [each.id, `company ${each.companyId}`]),
    ...[...instances.values()].flatMap((ofType) =>
      [...ofType.values()].map((each): [string, string] => [
        each.id,
        `${each.type} ${each.externalId ?? ''}`,
      ]),
    ),
    ...[...conversations.values()].map((each): [string, string] => [
      each.id,
      `conversation ${/INFRAON[A-Za-z0-9]+/.exec(each.body)?.[0] ?? each.id}`,
    ]),
    ...[...content.articles.values()].map((each): [string, string] => [each.id, `article ${each.title}`]),
    ...[...content.internalArticles.values()].map((each): [string, string] => [
      each.id,
      `internal article ${each.title}`,
    ]),
  ]);
  const nameOf = (id: string | null): string => (id === null ? '' : (names.get(id) ?? id));
  const tagNames = (applied: AppliedTag[]) => applied.map(({ id }) => tags.get(id)?.name ?? id).sort();
  const pathOf = (id: string | null): string => {
    const collection = id === null ? undefined : content.collections.get(id);
    return collection === undefined ? '' : `${pathOf(collection.parentId)}/${collection.name}`;
  };
  const own = new RegExp(workspace.id.replaceAll('_', '[-_]'), 'g');
  /** Addresses of Intercom hold ids of its own. */
  const asText = (text: string | null): string =>
    (text ?? '').replaceAll(/https?:\/\/[^\s"'<>()]+/g, (link) =>
      link
        .replaceAll(own, 'ws')
        .replaceAll(/(?<=\/)[0-9a-f]{24}(?=\/|$)|(?<=\/)\d+(?=[-/]|$)/g, (id) => nameOf(id)),
    );
  const contentsOfAll: Contents = new Map();
  function add(id: string, fields: Record<string, unknown>): void {
    const filled = Object.entries(fields).filter(([, value]) => !isEmpty(value));
    contentsOfAll.set(
      nameOf(id),
      new Map(
        filled.map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
      ),
    );
  }
  function attributes(values: Iterable<[string, AttributeValue]>): Record<string, unknown> {
    return Object.fromEntries(
      [...values].map(([name, value]) => [
        `attribute ${name}`,
        Array.isArray(value) ? value.map(nameOf).sort() : value,
      ]),
    );
  }

  for (const { id, externalId, email, name, phone, role, signedUpAt, ...contact } of contacts)
    add(id, {
      ...{ externalId, email, name, phone, role, signedUpAt },
      companies: contact.companyIds.map(nameOf).sort(),
      tags: tagNames(contact.tags),
      ...attributes(Object.entries(contact.customAttributes)),
    });
  for (const company of companies)
    add(company.id, {
      name: company.name,
      website: company.website,
      tags: tagNames(company.tags),
      ...attributes(Object.entries(company.customAttributes)),
    });
  for (const instance of [...instances.values()].flatMap((ofType) => [...ofType.values()]))
    add(instance.id, {
      createdAt: instance.externalCreatedAt,
      updatedAt: instance.externalUpdatedAt,
      ...attributes(Object.entries(instance.customAttributes)),
    });
  for (const conversation of conversations.values()) {
    const parts = writtenParts(conversation).map((part, index): [string, unknown] => [
      `part ${String(index + 1).padStart(3, '0')}`,
      [
        part.partType === 'note' ? 'note' : 'comment',
        part.author.type === 'admin' ? `teammate ${part.author.id}` : nameOf(part.author.id),
        part.createdAt,
        asText(part.body),
        ...part.attachments.map((file) => `${file.name} ${file.filesize} ${file.sha256 ?? ''}`),
      ],
    ]);
    add(conversation.id, {
      title: conversation.title,
      body: asText(conversation.body),
      state: conversation.state,
      createdAt: conversation.createdAt,
      contacts: conversation.contactIds.map(nameOf).sort(),
      company: nameOf(conversation.companyId),
      assignee: conversation.adminAssigneeId,
      tags: tagNames(conversation.tags),
      ...attributes(
        [...conversation.customAttributes].map(([id, value]): [string, AttributeValue] => [
          conversationAttributes.get(id)?.name ?? String(id),
          value,
        ]),
      ),
      ...Object.fromEntries(parts),
    });
  }
  for (const article of content.articles.values())
    add(article.id, {
      collection: pathOf(article.parentId),
      body: asText(article.body),
      description: article.description,
      state: article.state,
      author: article.authorId,
      tags: tagNames(article.tags),
    });
  for (const article of content.internalArticles.values()) add(article.id, { body: asText(article.body) });
  return contentsOfAll;
}

function isEmpty(value: unknown): boolean {
  return (
    value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)
  );
}

/** Every value in which two migrations differ. */
export function contentDifferences(one: Contents, other: Contents): ContentDifference[] {
  const records = [...new Set([...one.keys(), ...other.keys()])].sort();
  return records.flatMap((record): ContentDifference[] => {
    const [left, right] = [one.get(record), other.get(record)];
    if (left === undefined || right === undefined)
      return [
        {
          record,
          field: null,
          one: left === undefined ? null : 'is there',
          other: right === undefined ? null : 'is there',
        },
      ];
    return [...new Set([...left.keys(), ...right.keys()])]
      .sort()
      .filter((field) => left.get(field) !== right.get(field))
      .map((field) => ({
        record,
        field,
        one: left.get(field) ?? null,
        other: right.get(field) ?? null,
      }));
  });
}
