import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Turns for replies: at most `replies` in any `windowMs` for one conversation. The true rule is undocumented; the
 * figures are settings, and a refusal all the same is waited out by the caller.
 */
export function createReplyPacing(options: {
  replies: number;
  windowMs: number;
  now: () => number;
}): (conversationId: string) => Promise<void> {
  const sent = new Map<string, number[]>();
  return async (conversationId) => {
    for (;;) {
      const now = options.now();
      const recent = (sent.get(conversationId) ?? []).filter((at) => at > now - options.windowMs);
      const oldest = recent[0];
      if (oldest === undefined || recent.length < options.replies) {
        sent.set(conversationId, [...recent, now]);
        return;
      }
      sent.set(conversationId, recent);
      await sleep(oldest + options.windowMs - now + 1);
    }
  };
}
