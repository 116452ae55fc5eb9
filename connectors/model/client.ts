import { z } from 'zod';
import { SchemaError, TransientError } from '../../errors.ts';
import type { HttpClient } from '../http/client.ts';

/** An endpoint that speaks the chat completions of OpenAI, of the operator's choice (`MAPPING_LLM_*`). */
export interface ModelOptions {
  http: HttpClient;
  /** Base address (`https://models.example/v1`), or that of the completions themselves. */
  url: string;
  model: string;
  apiKey: string | undefined;
}

export interface ModelClient {
  /** One question; the answer is the JSON value of the model's message, unchecked. */
  ask(instruction: string, question: unknown): Promise<unknown>;
}

const Completion = z.object({
  choices: z.array(z.object({ message: z.object({ content: z.string() }) })).min(1),
});

export function createModelClient({ http, url, model, apiKey }: ModelOptions): ModelClient {
  const address = /\/chat\/completions\/?$/.test(url) ? url : `${url.replace(/\/+$/, '')}/chat/completions`;
  return {
    async ask(instruction, question) {
      const response = await http.send({
        method: 'POST',
        url: address,
        headers: {
          'content-type': 'application/json',
          ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
        },
        body: JSON.stringify({
          model,
          temperature: 0,
          response_format: { type: 'json_object' },
          messages: [
            { role: 'system', content: instruction },
            { role: 'user', content: JSON.stringify(question) },
          ],
        }),
      });
      if (response.status !== 200) {
        throw new TransientError(`The mapping model answered ${response.status}`, {
          code: 'model_refused',
          status: response.status,
          outcomeUnknown: false,
        });
      }
      try {
        const [choice] = Completion.parse(JSON.parse(response.text())).choices;
        return JSON.parse(choice?.message.content ?? '') as unknown;
      } catch (cause) {
        throw new SchemaError('The mapping model did not answer in JSON', {
          code: 'model_unexpected_answer',
          cause,
        });
      }
    },
  };
}
