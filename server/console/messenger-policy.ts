import type { MessengerConfig } from '../../config.ts';
import { contentSecurityPolicy, type ExtraSources } from '../security-headers.ts';

/**
 * What the Messenger loads, from Intercom's help article 3894, "Using Intercom with Content Security Policy": its list
 * for pages without nonces. The article wants the regional hosts of files only for the region that hosts the workspace.
 */
const EVERYWHERE = {
  'script-src': ['https://app.intercom.io', 'https://widget.intercom.io', 'https://js.intercomcdn.com'],
  'connect-src': [
    'https://via.intercom.io',
    'https://api.intercom.io',
    'https://api.au.intercom.io',
    'https://api.eu.intercom.io',
    'https://api-iam.intercom.io',
    'https://api-iam.eu.intercom.io',
    'https://api-iam.au.intercom.io',
    'https://api-ping.intercom.io',
    'https://*.intercom-messenger.com',
    'wss://*.intercom-messenger.com',
    'https://nexus-websocket-a.intercom.io',
    'wss://nexus-websocket-a.intercom.io',
    'https://nexus-websocket-b.intercom.io',
    'wss://nexus-websocket-b.intercom.io',
    'https://nexus-europe-websocket.intercom.io',
    'wss://nexus-europe-websocket.intercom.io',
    'https://nexus-australia-websocket.intercom.io',
    'wss://nexus-australia-websocket.intercom.io',
    'https://uploads.intercomusercontent.com',
  ],
  'child-src': [
    'https://intercom-sheets.com',
    'https://www.intercom-reporting.com',
    'https://www.youtube.com',
    'https://player.vimeo.com',
    'https://fast.wistia.net',
  ],
  'font-src': ['https://js.intercomcdn.com', 'https://fonts.intercomcdn.com'],
  'form-action': [
    'https://intercom.help',
    'https://api-iam.intercom.io',
    'https://api-iam.eu.intercom.io',
    'https://api-iam.au.intercom.io',
  ],
  'media-src': ['https://js.intercomcdn.com'],
  'img-src': [
    'blob:',
    'https://js.intercomcdn.com',
    'https://uploads.intercomusercontent.com',
    'https://gifs.intercomcdn.com',
    'https://video-messages.intercomcdn.com',
    ...[1, 2, 3, 4, 5, 6, 7, 8, 9].map((shard) => `https://*.intercom-attachments-${shard}.com`),
  ],
  'style-src': ["'unsafe-inline'"],
};

const BY_REGION = {
  us: {
    uploads: ['https://uploads.intercomcdn.com'],
    downloads: 'https://downloads.intercomcdn.com',
    images: ['https://static.intercomassets.com', 'https://messenger-apps.intercom.io'],
  },
  eu: {
    uploads: ['https://uploads.intercomcdn.eu', 'https://uploads.eu.intercomcdn.com'],
    downloads: 'https://downloads.intercomcdn.eu',
    images: [
      'https://static.intercomassets.eu',
      'https://messenger-apps.eu.intercom.io',
      'https://*.intercom-attachments.eu',
    ],
  },
  ap: {
    uploads: ['https://uploads.au.intercomcdn.com'],
    downloads: 'https://downloads.au.intercomcdn.com',
    images: [
      'https://static.au.intercomassets.com',
      'https://messenger-apps.au.intercom.io',
      'https://*.au.intercom-attachments.com',
    ],
  },
};

/** The policy of a page that loads the Messenger; our own scripts stay files, never inline. */
export function messengerPolicy({ region, widgetUrl }: MessengerConfig): string {
  const { uploads, downloads, images } = BY_REGION[region];
  const extra: ExtraSources = {
    ...EVERYWHERE,
    'script-src': [
      ...EVERYWHERE['script-src'],
      ...(widgetUrl === undefined ? [] : [new URL(widgetUrl).origin]),
    ],
    'connect-src': [...EVERYWHERE['connect-src'], ...uploads],
    'media-src': [...EVERYWHERE['media-src'], downloads],
    'img-src': [...EVERYWHERE['img-src'], downloads, ...images],
  };
  return contentSecurityPolicy(extra);
}
