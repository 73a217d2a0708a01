/* serve.mjs: OpenPGP.js for the interoperability tests. Reads one JSON request per line, answers one JSON line each.
 *
 *   node serve.mjs PACKAGE     PACKAGE is openpgp (6.x) or openpgp5 (5.x), installed beside this file
 *
 * Bytes travel as base64. Every request is answered with {ok: ...} or {error: "..."}; the caller counts errors.
 */
import { createInterface } from 'node:readline';

const openpgp = await import(process.argv[2]);
const pgp = openpgp.default ?? openpgp;
const { enums } = pgp;
const bytes = (text) => new Uint8Array(Buffer.from(text, 'base64'));
const base64 = (data) => Buffer.from(data).toString('base64');

/* The configuration of one request, with names instead of numbers. */
function configure (wanted = {}) {
  const config = { ...wanted };
  const tables = {
    preferredHashAlgorithm: 'hash',
    preferredSymmetricAlgorithm: 'symmetric',
    preferredCompressionAlgorithm: 'compression',
    preferredAEADAlgorithm: 'aead',
  };
  for (const [name, table] of Object.entries (tables))
    if (name in config)
      config[name] = enums[table][config[name]];
  for (const name of Object.keys (config))
    if (name.startsWith ('reject'))
      config[name] = new Set (config[name]);
  return config;
}

const publicKeys = (blocks = []) => Promise.all (blocks.map ((armoredKey) => pgp.readKey ({ armoredKey })));
const privateKeys = (blocks = []) => Promise.all (blocks.map ((armoredKey) => pgp.readPrivateKey ({ armoredKey })));

/* What is to be protected: text (line ends become CR LF), bytes, or a stream of bytes (partial body lengths). */
function message (request) {
  if (request.text)
    return pgp.createMessage ({ text: Buffer.from (request.data, 'base64').toString ('utf8') });
  if (!request.stream)
    return pgp.createMessage ({ binary: bytes (request.data) });
  const all = bytes (request.data);
  let at = 0;
  const binary = new ReadableStream ({
    pull (controller) {
      if (at >= all.length)
        return controller.close ();
      controller.enqueue (all.subarray (at, at + 3000));
      at += 3000;
    },
  });
  return pgp.createMessage ({ binary });
}

/* Whatever the library returned (text, bytes, a stream of either) as one base64 text. */
async function collect (result) {
  if (typeof result === 'string' || result instanceof Uint8Array)
    return base64 (result);
  const parts = [];
  for await (const part of result)
    parts.push (Buffer.from (part));
  return base64 (Buffer.concat (parts));
}

const verbs = {
  version: async () => process.argv[2],

  generate: async (request) => {
    const made = await pgp.generateKey ({ ...request.key, format: 'object', config: configure (request.config) });
    return { private: made.privateKey.armor (), public: made.publicKey.armor (),
             fingerprint: made.publicKey.getFingerprint ().toUpperCase () };
  },

  encrypt: async (request) => collect (await pgp.encrypt ({
    message: await message (request),
    encryptionKeys: await publicKeys (request.to),
    signingKeys: await privateKeys (request.signers),
    passwords: request.passwords,
    wildcard: request.hidden,
    format: request.binary ? 'binary' : 'armored',
    config: configure (request.config),
  })),

  sign: async (request) => collect (await pgp.sign ({
    message: await message (request),
    signingKeys: await privateKeys (request.signers),
    detached: request.detached,
    format: request.binary ? 'binary' : 'armored',
    config: configure (request.config),
  })),

  clear: async (request) => collect (await pgp.sign ({
    message: await pgp.createCleartextMessage ({ text: Buffer.from (request.data, 'base64').toString ('utf8') }),
    signingKeys: await privateKeys (request.signers),
    config: configure (request.config),
  })),

  /* Opens an encrypted, signed message; fails unless it is signed, and every signature is by one of request.from. */
  decrypt: async (request) => {
    const armoredMessage = Buffer.from (request.data, 'base64').toString ('ascii');
    const opened = await pgp.decrypt ({
      message: await pgp.readMessage ({ armoredMessage }),
      decryptionKeys: await privateKeys (request.keys),
      verificationKeys: await publicKeys (request.from),
      format: 'binary',
    });
    if (opened.signatures.length === 0)
      throw new Error ('no signature');
    await Promise.all (opened.signatures.map ((signature) => signature.verified));
    return base64 (opened.data);
  },

  verify: async (request) => {
    const result = await pgp.verify ({
      message: await pgp.createMessage ({ binary: bytes (request.data) }),
      signature: await pgp.readSignature ({ armoredSignature: Buffer.from (request.signature, 'base64').toString ('ascii') }),
      verificationKeys: await publicKeys (request.from),
      expectSigned: true,
    });
    return result.signatures.length;
  },
};

for await (const line of createInterface ({ input: process.stdin })) {
  const request = JSON.parse (line);
  let answer;
  try {
    answer = { ok: await verbs[request.verb] (request) };
  } catch (problem) {
    answer = { error: String (problem.message ?? problem) };
  }
  process.stdout.write (JSON.stringify (answer) + '\n');
}
