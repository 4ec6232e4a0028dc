/**
 * A small stand-in for Stripe.js: the members of its Payment Element that a page needs, drawing one card form. A page
 * written for it works with Stripe's own script unchanged:
 *
 *   const stripe = ShowfloorSandboxPay(publishableKey)
 *   const elements = stripe.elements({ clientSecret })
 *   elements.create('payment').mount('#pay')
 *   const { error, paymentIntent } = await stripe.confirmPayment({ elements, redirect: 'if_required' })
 */
export const ELEMENTS_SCRIPT = `(() => {
  'use strict';
  const base = new URL('.', document.currentScript.src).href.replace(/\\/$/, '');

  const FIELDS = [
    { name: 'number', label: 'Card number', autocomplete: 'cc-number', value: '4242 4242 4242 4242' },
    { name: 'expiry', label: 'Expiry (MM / YY)', autocomplete: 'cc-exp', value: '12 / 34' },
    { name: 'cvc', label: 'Security code', autocomplete: 'cc-csc', value: '123' },
  ];

  function drawForm(host) {
    const group = document.createElement('fieldset');
    group.className = 'sandbox-card';
    const legend = document.createElement('legend');
    legend.textContent = 'Test card';
    group.append(legend);
    for (const { name, label, autocomplete, value } of FIELDS) {
      const row = document.createElement('label');
      const input = document.createElement('input');
      Object.assign(input, { name, autocomplete, value, inputMode: 'numeric', required: true });
      row.append(label, input);
      group.append(row);
    }
    host.replaceChildren(group);
    return group;
  }

  async function call(key, path, params) {
    const response = await fetch(base + path, {
      method: 'POST',
      headers: { authorization: 'Bearer ' + key, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(params),
    });
    return response.json();
  }

  async function retrieve(key, clientSecret) {
    const id = clientSecret.split('_secret_')[0];
    const url = base + '/v1/payment_intents/' + id + '?client_secret=' + encodeURIComponent(clientSecret);
    const response = await fetch(url, { headers: { authorization: 'Bearer ' + key } });
    const body = await response.json();
    return body.error ? { error: body.error } : { paymentIntent: body };
  }

  async function confirm(key, clientSecret, card, options) {
    const id = clientSecret.split('_secret_')[0];
    const returnUrl = options.confirmParams && options.confirmParams.return_url;
    const body = await call(key, '/v1/payment_intents/' + id + '/confirm', {
      client_secret: clientSecret,
      ...card,
      ...(returnUrl ? { return_url: returnUrl } : {}),
    });
    if (body.error) return { error: body.error };
    const action = body.next_action;
    const challenge = action && (action.redirect_to_url ? action.redirect_to_url.url : action.use_stripe_sdk.stripe_js);
    if (challenge) return challenged(key, clientSecret, challenge, action.type);
    if (options.redirect !== 'if_required' && returnUrl) location.assign(returnUrl);
    return { paymentIntent: body };
  }

  function challenged(key, clientSecret, url, type) {
    if (type === 'redirect_to_url') {
      location.assign(url);
      return new Promise(() => undefined);
    }
    const dialog = document.createElement('dialog');
    dialog.className = 'sandbox-challenge';
    dialog.setAttribute('aria-label', 'Your bank');
    const frame = document.createElement('iframe');
    Object.assign(frame, { src: url, title: 'Your bank' });
    dialog.append(frame);
    document.body.append(dialog);
    dialog.showModal();
    return new Promise((resolve) => {
      const timer = setInterval(check, 500);
      dialog.addEventListener('close', check);
      async function check() {
        const result = await retrieve(key, clientSecret);
        const waiting = result.paymentIntent && result.paymentIntent.status === 'requires_action';
        if (waiting && dialog.open) return;
        clearInterval(timer);
        dialog.close();
        dialog.remove();
        const refused = result.paymentIntent && result.paymentIntent.last_payment_error;
        resolve(refused ? { error: refused } : waiting ? { error: { message: 'The payment was not confirmed.' } } : result);
      }
    });
  }

  function ShowfloorSandboxPay(publishableKey) {
    return {
      elements({ clientSecret }) {
        let form;
        const element = {
          mount(target) {
            form = drawForm(typeof target === 'string' ? document.querySelector(target) : target);
          },
          unmount() { form && form.remove(); },
          destroy() { form && form.remove(); },
          on() { return element; },
        };
        return {
          clientSecret,
          create: () => element,
          getElement: () => element,
          submit: async () => {
            const empty = form && [...form.querySelectorAll('input')].find((input) => !input.checkValidity());
            return empty ? { error: { message: 'Fill in the card.' } } : {};
          },
          card() {
            const value = (name) => form.querySelector('[name=' + name + ']').value;
            const [month = '', year = ''] = value('expiry').split('/').map((part) => part.trim());
            return {
              'payment_method_data[type]': 'card',
              'payment_method_data[card][number]': value('number'),
              'payment_method_data[card][exp_month]': String(Number(month)),
              'payment_method_data[card][exp_year]': String(Number(year) + (Number(year) < 100 ? 2000 : 0)),
              'payment_method_data[card][cvc]': value('cvc'),
            };
          },
        };
      },
      confirmPayment: ({ elements, clientSecret, ...options }) =>
        confirm(publishableKey, clientSecret || elements.clientSecret, elements.card(), options),
      retrievePaymentIntent: (clientSecret) => retrieve(publishableKey, clientSecret),
    };
  }
  globalThis.ShowfloorSandboxPay = ShowfloorSandboxPay;
})();
`;
