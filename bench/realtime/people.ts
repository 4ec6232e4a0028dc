import { newId } from '#process';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const KEY_ID = 'bench';
const HOUR_S = 3_600;

const { publicKey, privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });

/** A token of somebody new, as accounts would sign it. */
export function tokenOfSomebody(name: string): Promise<string> {
  return new SignJWT({ name, kind: 'user', roles: [], shops: [], sid: newId() })
    .setProtectedHeader({ alg: 'EdDSA', kid: KEY_ID })
    .setSubject(newId())
    .setIssuer('showfloor-accounts')
    .setAudience('showfloor')
    .setIssuedAt()
    .setExpirationTime(Math.floor(Date.now() / 1_000) + HOUR_S)
    .sign(privateKey);
}

/** Stands for accounts where the server looks for the keys that verify tokens. */
export async function startKeys(): Promise<{ url: string; stop(): void }> {
  const keys = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: KEY_ID, alg: 'EdDSA' }] });
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(keys);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}
