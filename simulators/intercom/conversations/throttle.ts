import type { ApiContext } from '../context.ts';
import { invalid } from '../failure.ts';
import type { Conversation } from '../records.ts';

/**
 * A second, undocumented limit beside the rate windows: too many replies to one conversation answer 400, not 429. The
 * figures come from another migration tool and are uncertain.
 */
export function countReply(context: ApiContext, conversation: Conversation): void {
  const { replyThrottlePerConversation, replyThrottleOverall, replyThrottleWindowMs } =
    context.state.switches;
  const since = context.nowMs - replyThrottleWindowMs;
  refuseAbove(context, conversation.id, replyThrottlePerConversation, since);
  refuseAbove(context, '*', replyThrottleOverall, since);
  if (replyThrottlePerConversation > 0) note(context, conversation.id);
  if (replyThrottleOverall > 0) note(context, '*');
}

function refuseAbove(context: ApiContext, key: string, limit: number, since: number): void {
  const times = context.workspace.replyTimes.get(key);
  if (limit === 0 || times === undefined) return;
  const recent = times.filter((time) => time > since);
  context.workspace.replyTimes.set(key, recent);
  if (recent.length >= limit) throw invalid('Too many recent replies to this conversation');
}

function note(context: ApiContext, key: string): void {
  const times = context.workspace.replyTimes.get(key);
  if (times === undefined) context.workspace.replyTimes.set(key, [context.nowMs]);
  else times.push(context.nowMs);
}
