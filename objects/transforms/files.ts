import { z } from 'zod';
import { listedFiles, messageFiles } from '../message-files.ts';
import { textOf } from '../read-values.ts';
import type { ThreadRow } from '../thread-rows.ts';
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
