import { pageReply } from '../lists.ts';
import { json } from '../reply.ts';
import type { Call, Reply } from '../reply.ts';
import type { Route } from '../router.ts';

/** Lists that exist on every tenant and are empty on this one. */
const EMPTY_LISTS = [
  '/ux/sd/req/request_process/',
  '/ux/sd/checklist/checklist/',
  '/ux/common/partner/partner/',
  '/ux/common/cmdb/software/',
  '/ux/common/cmdb/license/',
  '/ux/common/cmdb/consumable/',
  '/ux/common/business_service/business_service/',
  '/ux/common/fieldconfig/field-config/',
  '/ux/common/business_rule/business_rule/',
  '/ux/common/contract/config/',
  '/ux/common/purchase_order/config/',
  '/ux/common/imacd/imacd/',
  '/ux/common/announcement/announcements/',
  '/ux/common/async_tasks/',
];

/** GETs that change something on a real tenant: device actions, task switches, whole areas that are not ours. */
const ACTING_PATHS = [
  '/ux/common/cmdb/profile/*',
  '/ux/common/services/services/*',
  '/ux/ims/*',
  '/ux/nccm/*',
  '/ux/ipam/*',
  '/ux/common/async_tasks/enable_task/*',
  '/ux/common/async_tasks/disable_task/*',
  '/ux/common/announcement/announcements/change-ancmt/*',
];

/** Answers as if all were well, and remembers that somebody did it. */
export function sideEffect({ state, method, path }: Call): Reply {
  state.sideEffects.count += 1;
  state.sideEffects.calls.push(`${method} ${path}`);
  return json({ status: 'success', id: '', message: 'Message.msg_done', msg: 'Done' });
}

export function neighbourRoutes(): Route[] {
  return [
    ...EMPTY_LISTS.map((path): Route => ({
      method: 'GET',
      path,
      handler: (call) => pageReply(call, [], (row) => row, 'pages'),
    })),
    ...ACTING_PATHS.map((path): Route => ({ method: 'GET', path, handler: sideEffect })),
  ];
}
