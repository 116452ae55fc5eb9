import { describe, expect, it } from 'vitest';
import {
  apiHost,
  appHost,
  appStoreRedirect,
  authorizeUrl,
  exchangeCode,
  regionOf,
} from '../../../connectors/intercom/oauth.ts';
import type { HttpClient, HttpRequest } from '../../../connectors/http/client.ts';

describe('hosts of a region', () => {
  it('are those of the region, the default for anything unknown, and an override for all', () => {
    expect(apiHost(regionOf('eu'), undefined)).toBe('https://api.eu.intercom.io');
    expect(appHost(regionOf('AU'), undefined)).toBe('https://app.au.intercom.com');
    for (const unknown of ['CA', '', null, undefined]) {
      expect(apiHost(regionOf(unknown), undefined)).toBe('https://api.intercom.io');
    }
    expect(apiHost('EU', 'http://127.0.0.1:4000')).toBe('http://127.0.0.1:4000');
    expect(appHost('AU', 'http://127.0.0.1:4000')).toBe('http://127.0.0.1:4000');
  });
});

describe('addresses', () => {
  it('carry no scope, and encode the reason of a failure', () => {
    const url = new URL(
      authorizeUrl({
        appUrl: 'https://app.intercom.com',
        clientId: 'c',
        state: 's/=',
        redirectUri: 'https://x/cb',
      }),
    );
    expect([...url.searchParams.keys()]).toEqual(['client_id', 'state', 'redirect_uri']);
    expect(url.searchParams.get('state')).toBe('s/=');
    expect(appStoreRedirect('https://app.intercom.com')).toBe(
      'https://app.intercom.com/appstore/redirect?install_success=true',
    );
    const failed = new URL(appStoreRedirect('https://app.intercom.com', 'Why & how?'));
    expect(failed.searchParams.get('error_message')).toBe('Why & how?');
  });
});

describe('the code exchange', () => {
  it('posts a form in which an equals sign survives', async () => {
    const sent: HttpRequest[] = [];
    const http: HttpClient = {
      send(call) {
        sent.push(call);
        const text = JSON.stringify({ token_type: 'Bearer', token: 't', access_token: 't' });
        return Promise.resolve({ status: 200, headers: {}, bytes: Buffer.from(text), text: () => text });
      },
      stream: () => Promise.reject(new Error('not used')),
    };
    const token = await exchangeCode(http, {
      apiUrl: 'https://api.intercom.io',
      clientId: 'c',
      clientSecret: 's',
      code: 'abc+/==',
    });
    expect(token).toBe('t');
    expect(sent[0]?.url).toBe('https://api.intercom.io/auth/eagle/token');
    const body = sent[0]?.body;
    expect(new URLSearchParams(typeof body === 'string' ? body : '').get('code')).toBe('abc+/==');
  });
});
