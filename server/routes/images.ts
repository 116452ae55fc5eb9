import { pipeline } from 'node:stream/promises';
import express, { type Router } from 'express';
import { AppError, UserError } from '../../errors.ts';
import type { Deps } from '../../pipeline/deps.ts';
import { openImage, readImageAddress } from '../../pipeline/source/media.ts';

/**
 * Pictures of articles, for Intercom to fetch: only at addresses that we made, only while they last, and only pictures.
 * The desk's answer is passed on as it arrives and is kept nowhere.
 */
export function imageRoutes(deps: Deps): Router {
  const router = express.Router();
  router.get('/media/:token{/:name}', async (request, response) => {
    const { workspaceId, path } = readImageAddress(deps, request.params.token);
    const image = await openImage(deps, workspaceId, path).catch((error: unknown) => {
      // What the desk does not give is not here either; a desk that is down is passed on as an error of ours.
      if (!(error instanceof AppError) || error.code !== 'attachment_unavailable') throw error;
      throw new UserError('There is no picture at this address.', {
        code: 'image_not_found',
        httpStatus: 404,
        cause: error,
      });
    });
    response.set({
      'Content-Type': image.contentType,
      'Content-Disposition': 'inline',
      // Intercom fetches from another origin than ours.
      'Cross-Origin-Resource-Policy': 'cross-origin',
      ...(image.size === null ? {} : { 'Content-Length': String(image.size) }),
    });
    await pipeline(image.stream, response).catch((error: unknown) => {
      deps.log.warn({ err: error }, 'a picture was not sent to its end');
    });
  });
  return router;
}
