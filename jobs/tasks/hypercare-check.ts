import { checkHypercare } from '../../pipeline/cutover/hypercare.ts';
import { defineTask } from '../define-task.ts';

export const hypercareCheck = defineTask('hypercare_check', (deps, payload) => checkHypercare(deps, payload));
