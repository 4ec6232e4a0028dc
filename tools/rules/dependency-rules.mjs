// Who may import whom. Each comment is the message that a person reads, so it says what to do instead.

const OWN_TESTS = '(-contract|-harness|\\.spec|\\.int\\.spec)\\.tsx?$|/(test|contract|fixtures)/';

/** A library may import itself, the listed libraries, the listed packages and Node's own modules. */
function library(name, { libs = [], packages = [], node = true }) {
  const others = ['apps', 'transcoder', 'player', 'test', 'bench', 'tools'].join('|');
  const allowedLibs = [name, ...libs].join('|');
  const allowedPackages = packages.map((pattern) => `^node_modules/${pattern}/`);
  return [
    {
      name: `${name}-libs`,
      comment: `libs/${name} stands below: it imports ${libs.length ? libs.map((lib) => `#${lib}`).join(', ') : 'no other library'}. Pass what it needs as an argument, or move the code up to the process that combines both.`,
      severity: 'error',
      from: { path: `^libs/${name}/`, pathNot: OWN_TESTS },
      to: { path: `^(libs/(?!(${allowedLibs})/)|(${others})/)` },
    },
    {
      name: `${name}-packages`,
      comment: `libs/${name} uses ${packages.length ? packages.join(', ') : 'no package'} and nothing else from npm. Put the code that needs another package where that package belongs (docs/ARCHITECTURE.md, "Rules").`,
      severity: 'error',
      from: { path: `^libs/${name}/`, pathNot: OWN_TESTS },
      to: { path: '^node_modules/', pathNot: allowedPackages },
    },
    ...(node
      ? []
      : [
          {
            name: `${name}-no-node`,
            comment: `libs/${name} also runs in a browser or as pure computation: no Node module there. Do the I/O in the caller.`,
            severity: 'error',
            from: { path: `^libs/${name}/`, pathNot: OWN_TESTS },
            to: { dependencyTypes: ['core'] },
          },
        ]),
  ];
}

/** A package that speaks to the outside world is imported in one place. */
function driver(name, packagePattern, places, instead) {
  return {
    name: `driver-${name}`,
    comment: `${name} is imported only in ${places.map((place) => place.replace(/^\^|\/$/g, '')).join(', ')}. ${instead}`,
    severity: 'error',
    from: { path: '^(apps|libs|transcoder|player|infra)/', pathNot: [...places, OWN_TESTS] },
    to: { path: packagePattern },
  };
}

const LIBRARIES = [
  'contracts',
  'hls',
  'flv',
  'inventory',
  'payments',
  'bus',
  'storage',
  'process',
  'service',
  'testing',
];

export default {
  forbidden: [
    {
      name: 'no-cycles',
      comment:
        'Two files that import each other cannot be read or tested apart. Move what both need into a third file, or pass it in.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'unresolvable',
      comment: 'This import leads nowhere. Install the package, or correct the path.',
      severity: 'error',
      from: { pathNot: '^player/vite-env' },
      to: { couldNotResolve: true, pathNot: '^(virtual:|\\.\\./dist/)' },
    },
    ...LIBRARIES.map((name) => ({
      name: `entry-of-${name}`,
      comment: `libs/${name}/index.ts is the public face of the library. Import from '#${name}', and export there what is meant for others.`,
      severity: 'error',
      // The validator and the load programs run without a build, and the rest of libs/testing needs one.
      from: { pathNot: `^(libs/${name}/|tools/(generate|validate)/|bench/)` },
      to: { path: `^libs/${name}/(?!index\\.ts$)` },
    })),
    ...library('contracts', { packages: ['zod'], node: false }),
    ...library('hls', { node: false }),
    ...library('flv', { node: false }),
    ...library('process', {
      libs: ['contracts', 'bus'],
      packages: ['zod', 'pino', 'prom-client', 'uuid', '@nats-io/kv', '@opentelemetry/[^/]+'],
    }),
    ...library('bus', {
      libs: ['contracts'],
      packages: ['zod', '@nats-io/[^/]+', 'pg', '@types/pg', 'pino', 'uuid'],
    }),
    ...library('inventory', { libs: ['contracts'], packages: ['zod', 'ioredis'] }),
    ...library('payments', { libs: ['contracts'], packages: ['zod', 'stripe', 'dinero\\.js'] }),
    ...library('storage', { libs: ['contracts'], packages: ['zod', '@aws-sdk/[^/]+', '@smithy/[^/]+'] }),
    ...library('service', {
      libs: ['contracts', 'bus', 'process'],
      packages: [
        'zod',
        '@nestjs/[^/]+',
        '@fastify/[^/]+',
        'fastify',
        'typeorm',
        'pg',
        '@types/pg',
        'jose',
        'ioredis',
        'reflect-metadata',
        'rxjs',
        'pino',
        'uuid',
      ],
    }),
    {
      name: 'apps-apart',
      comment:
        'A process never imports another: they meet over HTTP (endpoints in libs/contracts/http) and events (libs/contracts/events).',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: {
        path: '^(apps/(?!$1/)|transcoder/|player/|tools/|bench/)',
        pathNot: '^tools/servers/index\\.ts$',
      },
    },
    {
      name: 'servers-in-tests-only',
      comment:
        'Private servers (#servers) are for tests, bench and npm start. A process gets the address of its servers from its environment.',
      severity: 'error',
      from: { path: '^(apps|libs|transcoder|player|infra)/', pathNot: [OWN_TESTS, '^libs/testing/'] },
      to: { path: '^tools/' },
    },
    {
      name: 'transcoder-without-nest',
      comment:
        'The transcoder runs without Nest, so that a crash of ffmpeg is all it knows about. Use #process, #bus and #contracts.',
      severity: 'error',
      from: { path: '^transcoder/' },
      to: { path: '^(apps/|player/|libs/service/|node_modules/@nestjs/)' },
    },
    {
      name: 'player-knows-contracts-only',
      comment:
        'Pages run in browsers: of our own code they import #contracts and files below player/. Ask a process over HTTP for the rest.',
      severity: 'error',
      from: { path: '^player/', pathNot: [OWN_TESTS, '^player/vite\\.config\\.ts$'] },
      to: { path: '^(apps|transcoder|tools|bench|test|infra|libs/(?!contracts/))' },
    },
    {
      name: 'player-core-without-framework',
      comment:
        'player/core is used by every page and tested without a browser: no React there. Put components into ui/, watch/, studio/ or dashboard/.',
      severity: 'error',
      from: { path: '^player/core/' },
      to: { path: '^(node_modules/react|player/(ui|watch|studio|dashboard)/)' },
    },
    {
      name: 'testing-in-tests-only',
      comment:
        'libs/testing is for specs, test/, bench/ and tools/. Move what a process needs into one of its own files.',
      severity: 'error',
      from: {
        path: '^(apps|libs|transcoder|player|infra)/',
        pathNot: [OWN_TESTS, '^libs/testing/'],
      },
      to: { path: '^libs/testing/' },
    },
    driver(
      'ioredis',
      '^node_modules/ioredis/',
      ['^libs/inventory/redis/', '^libs/service/'],
      'Ask the hold engine (#inventory) or the rate limiter (#service).',
    ),
    driver(
      '@nats-io',
      '^node_modules/@nats-io/',
      ['^libs/bus/', '^libs/process/leases/', '^apps/chat/'],
      'Publish and consume through #bus.',
    ),
    driver('stripe', '^node_modules/stripe/', ['^libs/payments/'], 'Take payments through #payments.'),
    driver(
      'node-media-server',
      '^node_modules/node-media-server/',
      ['^apps/ingest/'],
      'RTMP ends at apps/ingest.',
    ),
    driver(
      'fluent-ffmpeg',
      '^node_modules/(@types/)?fluent-ffmpeg/',
      ['^transcoder/src/ffmpeg/'],
      'ffmpeg commands are built in transcoder/src/ffmpeg (docs/adr/0007).',
    ),
    driver(
      'child_process',
      '^(node:)?child_process$',
      ['^transcoder/src/process/', '^apps/origin/src/ffmpeg/', '^libs/testing/'],
      'Children are started in transcoder/src/process, apps/origin/src/ffmpeg (pictures and clips), tools and libs/testing, where each is also stopped.',
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|\\.data|coverage)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      conditionNames: ['source', 'import', 'node', 'default', 'types'],
      exportsFields: ['exports'],
      extensions: ['.ts', '.tsx', '.mts', '.mjs', '.js', '.json'],
    },
    reporterOptions: {},
  },
};
