import { keepCurrent } from './keep-current.ts';

keepCurrent();
