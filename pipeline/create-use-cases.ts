import { UserError } from '../errors.ts';
import { listAudit } from './audit.ts';
import type { Deps } from './deps.ts';
import type { Actor } from './documents.ts';
import { getDiscovery, startDiscovery } from './discover.ts';
import { approveMap, editMap, getMap, listMaps } from './maps.ts';
import { getObjectTypes, probeObjectTypes } from './object-types.ts';
import { getConversationPanel, reportMissing } from './panel.ts';
import { getSettings, updateSettings } from './settings.ts';
import type { UseCases } from './use-cases.ts';

/** Every use case bound to the process's deps: what the JSON API, the panel and the console are given. */
export function createUseCases(deps: Deps): UseCases {
  function bind<A extends unknown[], R>(
    useCase: (deps: Deps, actor: Actor, ...input: A) => Promise<R>,
  ): (actor: Actor, ...input: A) => Promise<R> {
    return (actor, ...input) => useCase(deps, actor, ...input);
  }
  function missing(): Promise<never> {
    return Promise.reject(
      new UserError('This is not available yet.', { code: 'not_available', httpStatus: 503 }),
    );
  }
  return {
    connectSource: missing,
    getSource: () => Promise.resolve({ state: 'not_connected' }),
    startDiscovery: bind(startDiscovery),
    getDiscovery: bind(getDiscovery),
    getScope: missing,
    listMaps: bind(listMaps),
    getMap: bind(getMap),
    editMap: bind(editMap),
    approveMap: bind(approveMap),
    getObjectTypes: bind(getObjectTypes),
    probeObjectTypes: bind(probeObjectTypes),
    getPreflight: missing,
    confirmPreflight: missing,
    startRun: missing,
    listRuns: () => Promise.resolve({ items: [], next_cursor: null, total: 0 }),
    getRun: missing,
    pauseRun: missing,
    resumeRun: missing,
    cancelRun: missing,
    approveRun: missing,
    getSettings: bind(getSettings),
    updateSettings: bind(updateSettings),
    getRecord: missing,
    resolve: missing,
    listRejections: missing,
    resolveRejection: missing,
    resolveRejections: missing,
    listFindings: missing,
    repairFinding: missing,
    listAudit: bind(listAudit),
    getConversationPanel: bind(getConversationPanel),
    reportMissing: bind(reportMissing),
  };
}
