export interface PreflightCheck {
  id: string;
  severity: 'error' | 'warning' | 'info';
  state: 'pass' | 'fail' | 'needs_confirmation';
  title: string;
  detail: string;
  fix: string;
}
