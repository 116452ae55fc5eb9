import type { Actor } from './actors.ts';
import { listAudit } from './audit.ts';
import { checkFreeze, confirmCutover, getCutover } from './cutover/board.ts';
import { revokeSignOff, signOff } from './cutover/sign-off.ts';
import type { Deps } from './deps.ts';
import { getDiscovery, startDiscovery } from './discovery/discover.ts';
import { approveMap, editMap, getMap, listMaps } from './maps/maps.ts';
import { getObjectTypes, probeObjectTypes } from './prepare/object-types.ts';
import { getStanding, openPanel, reportMissing } from './panel/panel.ts';
import { listFindings } from './reconcile/findings.ts';
import { getLinkedRecord } from './panel/panel-links.ts';
import { getHandoff } from './handoff/handoff.ts';
import { getRecord, resolve } from './records.ts';
import { repairFinding, repairFindings } from './reconcile/repair.ts';
import { listRejections, resolveRejection, resolveRejections } from './reconcile/rejections.ts';
import { listRollback } from './rollback/rollback-document.ts';
import { approveRun, cancelRun, getRun, listRuns, pauseRun, resumeRun, startRun } from './runs/runs.ts';
import { getErrand, lastReadiness, sendErrand } from './panel/errands.ts';
import { confirmPreflight, getPreflight, vouchFor } from './readiness/preflight.ts';
import { getScope } from './scope/scope.ts';
import { connectSource, getSource } from './source/source.ts';
import { getSettings, updateSettings } from './settings.ts';
import type { UseCases } from './use-cases.ts';

/** Every use case bound to the process's deps: what the JSON API, the panel and the console are given. */
export function createUseCases(deps: Deps): UseCases {
  function bind<A extends unknown[], R>(
    useCase: (deps: Deps, actor: Actor, ...input: A) => Promise<R>,
  ): (actor: Actor, ...input: A) => Promise<R> {
    return (actor, ...input) => useCase(deps, actor, ...input);
  }
  return {
    connectSource: bind(connectSource),
    getSource: bind(getSource),
    startDiscovery: bind(startDiscovery),
    getDiscovery: bind(getDiscovery),
    getScope: bind(getScope),
    listMaps: bind(listMaps),
    getMap: bind(getMap),
    editMap: bind(editMap),
    approveMap: bind(approveMap),
    getObjectTypes: bind(getObjectTypes),
    probeObjectTypes: bind(probeObjectTypes),
    getPreflight: bind(getPreflight),
    confirmPreflight: bind(confirmPreflight),
    startRun: bind(startRun),
    listRuns: bind(listRuns),
    getRun: bind(getRun),
    pauseRun: bind(pauseRun),
    resumeRun: bind(resumeRun),
    cancelRun: bind(cancelRun),
    approveRun: bind(approveRun),
    listRollback: bind(listRollback),
    getSettings: bind(getSettings),
    updateSettings: bind(updateSettings),
    getRecord: bind(getRecord),
    resolve: bind(resolve),
    listRejections: bind(listRejections),
    resolveRejection: bind(resolveRejection),
    resolveRejections: bind(resolveRejections),
    listFindings: bind(listFindings),
    repairFinding: bind(repairFinding),
    repairFindings: bind(repairFindings),
    listAudit: bind(listAudit),
    getCutover: bind(getCutover),
    confirmCutover: bind(confirmCutover),
    checkFreeze: bind(checkFreeze),
    signOff: bind(signOff),
    revokeSignOff: bind(revokeSignOff),
    getHandoff: bind(getHandoff),
    sendErrand: bind(sendErrand),
    getErrand: bind(getErrand),
    lastReadiness: bind(lastReadiness),
    vouchFor: bind(vouchFor),
    getStanding: bind(getStanding),
    openPanel: (opened, options) => openPanel(deps, opened, options),
    getLinkedRecord: bind(getLinkedRecord),
    reportMissing: bind(reportMissing),
  };
}
