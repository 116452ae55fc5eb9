/** What the page asks the server for, before it boots the Messenger and again before the token expires. */
export interface MessengerIdentity {
  app_id: string;
  region: 'us' | 'eu' | 'ap';
  widget_url: string | null;
  user_id: string;
  intercom_user_jwt: string;
  /** Counted from the answer, because the browser's clock may be wrong. */
  expires_in_seconds: number;
}
