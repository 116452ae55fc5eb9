import { keepCurrent } from './keep-current.ts';
import { showUnderWay } from './show-under-way.ts';

keepCurrent();
showUnderWay();
