import type { PaymentIntent } from '../objects/shapes.ts';

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem; box-sizing: border-box }
main { max-width: 24rem; border: 1px solid color-mix(in srgb, currentColor 25%, transparent); border-radius: 12px; padding: 1.5rem }
h1 { font-size: 1.25rem; margin: 0 0 .5rem }
button { font: inherit; min-height: 44px; width: 100%; margin-top: .75rem; border-radius: 8px; border: 1px solid currentColor; background: none; color: inherit; cursor: pointer }
button[value=passed] { background: #1a5fb4; border-color: #1a5fb4; color: #fff }
small { opacity: .75 }`;

/** The page of a bank that wants to know whether it is really you. */
export function challengePage(payment: PaymentIntent): string {
  return page(
    'Confirm your payment',
    `<p>Your bank asks whether you want to pay <strong>${escapeHtml(amountOf(payment))}</strong>.</p>
<form method="post">
<input type="hidden" name="client_secret" value="${escapeHtml(payment.client_secret)}">
<button name="verdict" value="passed" autofocus>Yes, it is me</button>
<button name="verdict" value="failed">No, refuse</button>
</form>
<p><small>Test bank of the payments sandbox: no money moves.</small></p>`,
  );
}

/** A page with one sentence. */
export function messagePage(message: string): string {
  return page('Payments sandbox', `<p role="status">${escapeHtml(message)}</p>`);
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title><style>${STYLE}</style></head>
<body><main><h1>${title}</h1>
${body}
</main></body></html>
`;
}

/** The amount as a person reads it, by the digits that Stripe gives the currency. */
function amountOf(payment: PaymentIntent): string {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency: payment.currency });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  return format.format(payment.amount / 10 ** digits);
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
