import { z } from 'zod';

/** The response fields we read; everything else passes through untouched. Ids are strings, whatever arrives. */
export const Id = z.union([z.string(), z.number()]).transform(String);
const OptionalId = z
  .union([z.string(), z.number()])
  .nullish()
  .transform((id) => (id === null || id === undefined || id === '' ? null : String(id)));
const Attributes = z
  .record(z.string(), z.unknown())
  .nullish()
  .transform((value) => value ?? {});
const UnixSeconds = z
  .number()
  .nullish()
  .transform((value) => value ?? null);

export const Me = z.object({
  id: Id,
  name: z.string(),
  email: z.string(),
  email_verified: z.boolean().nullish(),
  has_inbox_seat: z.boolean().nullish(),
  app: z.object({
    id_code: z.string(),
    name: z.string(),
    region: z.string().nullish(),
    timezone: z.string().nullish(),
  }),
});
export type Me = z.infer<typeof Me>;

export const Admin = z.object({
  id: Id,
  name: z
    .string()
    .nullish()
    .transform((name) => name ?? ''),
  email: z
    .string()
    .nullish()
    .transform((email) => email ?? ''),
  has_inbox_seat: z
    .boolean()
    .nullish()
    .transform((seat) => seat ?? false),
});
export type Admin = z.infer<typeof Admin>;
export const AdminList = z.object({ admins: z.array(Admin) });

export const Contact = z.object({
  id: Id,
  external_id: z
    .string()
    .nullish()
    .transform((id) => id ?? null),
  role: z.string().nullish(),
  email: z
    .string()
    .nullish()
    .transform((email) => email ?? null),
  phone: z
    .string()
    .nullish()
    .transform((phone) => phone ?? null),
  name: z
    .string()
    .nullish()
    .transform((name) => name ?? null),
  signed_up_at: UnixSeconds,
  created_at: UnixSeconds,
  updated_at: UnixSeconds,
  custom_attributes: Attributes,
  /** Nested lists show ten entries at most; the count is of all. */
  tags: z
    .object({ data: z.array(z.object({ id: Id })).nullish(), total_count: z.number().nullish() })
    .nullish(),
  notes: z.object({ total_count: z.number().nullish() }).nullish(),
  companies: z
    .object({ data: z.array(z.object({ id: Id })).nullish(), total_count: z.number().nullish() })
    .nullish(),
});
export type Contact = z.infer<typeof Contact>;

export const Company = z.object({
  id: Id,
  company_id: z
    .string()
    .nullish()
    .transform((id) => id ?? null),
  name: z
    .string()
    .nullish()
    .transform((name) => name ?? null),
  website: z
    .string()
    .nullish()
    .transform((website) => website ?? null),
  industry: z
    .string()
    .nullish()
    .transform((industry) => industry ?? null),
  size: z
    .number()
    .nullish()
    .transform((size) => size ?? null),
  remote_created_at: UnixSeconds,
  created_at: UnixSeconds,
  updated_at: UnixSeconds,
  custom_attributes: Attributes,
  tags: z.object({ tags: z.array(z.object({ id: Id })).nullish() }).nullish(),
  /** Only on a company read by its id (2.16). */
  notes: z.object({ notes: z.array(z.unknown()).nullish() }).nullish(),
});
export type Company = z.infer<typeof Company>;

export const CompanyList = z.object({ data: z.array(Company) });

export const DataAttribute = z.object({
  id: Id.optional(),
  name: z.string(),
  model: z.string().nullish(),
  data_type: z.string().nullish(),
  custom: z.boolean().nullish(),
  archived: z.boolean().nullish(),
  options: z.array(z.unknown()).nullish(),
});
export type DataAttribute = z.infer<typeof DataAttribute>;
export const DataAttributeList = z.object({ data: z.array(DataAttribute) });

export const ConversationAttribute = z.object({
  id: Id,
  name: z.string(),
  data_type: z.string().nullish(),
  archived: z.boolean().nullish(),
  options: z
    .array(z.object({ id: OptionalId.optional(), label: z.string(), archived: z.boolean().nullish() }))
    .nullish()
    .transform((options) => options ?? []),
  reference: z.object({ type: z.string(), object_type_id: z.string() }).nullish(),
});
export type ConversationAttribute = z.infer<typeof ConversationAttribute>;
export const ConversationAttributeList = z.object({ data: z.array(ConversationAttribute) });

export const Tag = z.object({ id: Id, name: z.string() });
export type Tag = z.infer<typeof Tag>;
export const TagList = z.object({ data: z.array(Tag) });

export const CreatedMessage = z.object({ id: Id, conversation_id: Id, created_at: UnixSeconds });
export type CreatedMessage = z.infer<typeof CreatedMessage>;

const Author = z.object({
  type: z.string(),
  id: OptionalId,
  name: z
    .string()
    .nullish()
    .transform((name) => name ?? null),
});

export const Attachment = z.object({
  name: z.string().nullish(),
  content_type: z.string().nullish(),
  filesize: z.number().nullish(),
  url: z.string().nullish(),
});

export const ConversationPart = z.object({
  id: Id,
  part_type: z.string(),
  body: z
    .string()
    .nullish()
    .transform((body) => body ?? null),
  created_at: z.number(),
  author: Author.nullish().transform((author) => author ?? null),
  attachments: z
    .array(Attachment)
    .nullish()
    .transform((files) => files ?? []),
});
export type ConversationPart = z.infer<typeof ConversationPart>;

export const Conversation = z.object({
  id: Id,
  created_at: z.number(),
  updated_at: UnixSeconds,
  title: z
    .string()
    .nullish()
    .transform((title) => title ?? null),
  state: z
    .string()
    .nullish()
    .transform((state) => state ?? null),
  open: z.boolean().nullish(),
  admin_assignee_id: OptionalId,
  team_assignee_id: OptionalId,
  company: z.object({ id: Id }).nullish(),
  source: z.object({ body: z.string().nullish(), author: Author.nullish() }).nullish(),
  contacts: z.object({ contacts: z.array(z.object({ id: Id })) }).nullish(),
  tags: z.object({ tags: z.array(Tag) }).nullish(),
  custom_attributes: Attributes,
  conversation_parts: z
    .object({ conversation_parts: z.array(ConversationPart), total_count: z.number().nullish() })
    .nullish(),
});
export type Conversation = z.infer<typeof Conversation>;

export const ConversationSearch = z.object({
  conversations: z.array(Conversation),
  total_count: z.number().nullish(),
});

export const CustomObjectInstance = z.object({
  id: Id,
  external_id: z
    .string()
    .nullish()
    .transform((id) => id ?? null),
  external_created_at: UnixSeconds,
  external_updated_at: UnixSeconds,
  created_at: UnixSeconds,
  updated_at: UnixSeconds,
  type: z.string().nullish(),
  custom_attributes: Attributes,
});
export type CustomObjectInstance = z.infer<typeof CustomObjectInstance>;

export const HelpCenter = z.object({
  id: Id,
  display_name: z.string().nullish(),
  url: z
    .string()
    .nullish()
    .transform((url) => url ?? null),
});
export type HelpCenter = z.infer<typeof HelpCenter>;
export const HelpCenterList = z.object({ data: z.array(HelpCenter) });

const Pages = z.object({ page: z.number().nullish(), total_pages: z.number().nullish() }).nullish();

export const Collection = z.object({
  id: Id,
  name: z.string(),
  parent_id: OptionalId,
  help_center_id: OptionalId,
  created_at: UnixSeconds,
});
export type Collection = z.infer<typeof Collection>;
export const CollectionList = z.object({ data: z.array(Collection), pages: Pages });

const Text = z
  .string()
  .nullish()
  .transform((text) => text ?? '');

export const Article = z.object({
  id: Id,
  title: Text,
  body: Text,
  state: z.string().nullish(),
  author_id: OptionalId,
  parent_ids: z
    .array(Id)
    .nullish()
    .transform((ids) => ids ?? []),
  url: z
    .string()
    .nullish()
    .transform((url) => url ?? null),
  created_at: UnixSeconds,
  updated_at: UnixSeconds,
  tags: z.object({ tags: z.array(z.object({ id: Id, name: z.string().nullish() })) }).nullish(),
});
export type Article = z.infer<typeof Article>;
export const ArticleList = z.object({ data: z.array(Article), pages: Pages });

export const InternalArticle = z.object({
  id: Id,
  title: Text,
  body: Text,
  author_id: OptionalId,
  created_at: UnixSeconds,
  updated_at: UnixSeconds,
});
export type InternalArticle = z.infer<typeof InternalArticle>;
export const InternalArticleList = z.object({ data: z.array(InternalArticle), pages: Pages });
