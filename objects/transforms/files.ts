import { z } from 'zod';
import { listedFiles, messageFiles } from '../message-files.ts';
import { looksLikeHtml, textOf } from '../read-values.ts';
import type { ThreadRow } from '../thread-rows.ts';
import { inlineImages } from './html-files.ts';
import { keptEntries } from './thread-entries.ts';
import { defineTransform } from './transform.ts';

/**
 * Files of the opening message: what its text brings along, and every file of the record that no entry of the thread
 * names, whenever it was uploaded.
 */
export const files = defineTransform({
  options: z.strictObject({
    /** Field with the opening text. */
    description: z.string(),
    /** Field with the thread, whose entries keep their own files. */
    thread: z.string(),
  }),
  accepts: ['files'],
  produces: 'files',
  handlesEmpty: true,
  apply(value, options, context) {
    const listed = listedFiles(value);
    const rows = context.values[options.thread];
    const description = textOf(context.values[options.description]) ?? '';
    const entries = keptEntries(Array.isArray(rows) ? (rows as ThreadRow[]) : [], description);
    const taken = new Set(entries.flatMap((row) => messageFiles(row.body, row.fileIds, listed)));
    const free = listed.all.filter((file) => !taken.has(file)).map((file) => file.key);
    return { value: messageFiles(description, free, listed) };
  },
});

/** Every file of a record that has no thread in Intercom: what is listed, and the pictures in its texts and entries. */
export const recordFiles = defineTransform({
  options: z.strictObject({
    /** Fields with texts, or with a thread. */
    texts: z.array(z.string()),
  }),
  accepts: ['files'],
  produces: 'files',
  handlesEmpty: true,
  apply(value, options, context) {
    const listed = listedFiles(value);
    const bodies = options.texts.flatMap((key) => {
      const held = context.values[key];
      return Array.isArray(held) ? (held as ThreadRow[]).map(({ body }) => body) : [textOf(held) ?? ''];
    });
    // Pictures are numbered within their text; a listed one keeps its own id.
    const inTexts = bodies.flatMap((body, index) =>
      (looksLikeHtml(body) ? inlineImages(body, listed.byPath) : []).map((file) =>
        listed.all.includes(file) ? file : { ...file, key: `${index + 1}/${file.key}` },
      ),
    );
    const files = new Map([...listed.all, ...inTexts].map((file) => [file.path ?? file.key, file]));
    return { value: [...files.values()] };
  },
});
