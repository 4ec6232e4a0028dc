import { Gift, Heart, Package, Plus, Settings } from 'lucide-react';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { Avatar } from '../ui/avatar.tsx';
import { Badge, type BadgeTone } from '../ui/badge.tsx';
import { Button, IconButton, type ButtonLook } from '../ui/button.tsx';
import { Card, Figure, Figures } from '../ui/card.tsx';
import { Countdown } from '../ui/countdown.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { CheckField, SelectField, TextArea, TextField } from '../ui/field.tsx';
import { Menu } from '../ui/menu.tsx';
import { Meter } from '../ui/meter.tsx';
import { Money } from '../ui/money.tsx';
import { Notice } from '../ui/notice.tsx';
import { Segmented } from '../ui/segmented.tsx';
import { SkeletonLines } from '../ui/skeleton.tsx';
import { Table } from '../ui/table.tsx';
import { Tabs } from '../ui/tabs.tsx';
import { toast } from '../ui/toast.tsx';
import './design.css';

const LOOKS: ButtonLook[] = ['primary', 'volt', 'plain', 'quiet', 'danger', 'stage'];
const TONES: BadgeTone[] = ['plain', 'live', 'volt', 'hot', 'good', 'warn', 'bad', 'info', 'stage'];
const COLOURS = [
  'bg',
  'surface',
  'surface-2',
  'surface-3',
  'line',
  'text',
  'text-2',
  'text-3',
  'primary',
  'volt',
  'live',
  'hot',
  'good',
  'warn',
  'bad',
  'info',
];
const SIZES = ['xs', 'sm', 'md', 'lg', 'xl', '2xl', '3xl', '4xl'];

/** `/design`: every token and primitive as it is, so that a change is seen at once. */
export function Design() {
  return (
    <div className="page">
      <title>Design system · Showfloor</title>
      <header>
        <h1>Design system</h1>
        <p className="muted">Ink and paper, and one loud colour. Volt means: act here.</p>
      </header>
      <Part title="Colour">
        <ul role="list" className="design__colours">
          {COLOURS.map((name) => (
            <li key={name}>
              <span className="design__swatch" style={{ background: `var(--${name})` }} />
              <code>{name}</code>
            </li>
          ))}
        </ul>
      </Part>
      <Part title="Type">
        {SIZES.map((size) => (
          <p
            key={size}
            className="truncate"
            style={{
              fontSize: `var(--t-${size})`,
              fontFamily: size.length > 2 || size === 'xl' ? 'var(--font-display)' : undefined,
              fontWeight: size.length > 2 ? 750 : 450,
              lineHeight: 1.2,
            }}
          >
            See it live, own it now <span className="muted">{size}</span>
          </p>
        ))}
      </Part>
      <Buttons />
      <Fields />
      <Feedback />
      <Data />
    </div>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="stack" aria-label={title}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

function Buttons() {
  const [liked, setLiked] = useState(false);
  return (
    <Part title="Buttons">
      <div className="row">
        {LOOKS.map((look) => (
          <Button key={look} look={look}>
            {look}
          </Button>
        ))}
        <Button disabled>disabled</Button>
        <Button look="primary" busy>
          busy
        </Button>
      </div>
      <div className="row">
        <Button size="sm">Small</Button>
        <Button icon={<Plus />}>With icon</Button>
        <Button look="volt" size="lg">
          Buy · €24.00
        </Button>
        <IconButton label="Like" aria-pressed={liked} onClick={() => setLiked(!liked)}>
          <Heart />
        </IconButton>
        <Menu
          label="Settings"
          icon={<Settings />}
          items={[
            { key: 'a', label: '1080p', checked: true, onSelect: () => undefined },
            { key: 'b', label: '720p', checked: false, onSelect: () => undefined },
          ]}
        />
      </div>
    </Part>
  );
}

function Fields() {
  const [size, setSize] = useState<'s' | 'm' | 'l'>('m');
  return (
    <Part title="Fields">
      <div className="design__fields">
        <TextField label="Name" placeholder="Ada" hint="Others see it in the chat." />
        <TextField label="Price" before="€" inputMode="decimal" defaultValue="12,3x" error="Not an amount" />
        <SelectField
          label="Country"
          options={[
            { value: 'de', label: 'Germany' },
            { value: 'fr', label: 'France' },
          ]}
        />
        <TextArea label="Description" defaultValue="Thrown by hand, glazed twice." />
        <div className="stack">
          <Segmented
            label="Size"
            value={size}
            onChange={setSize}
            options={[
              { value: 's', label: 'S' },
              { value: 'm', label: 'M' },
              { value: 'l', label: 'L', disabled: true },
            ]}
          />
          <CheckField label="I agree" hint="A tick box is sent with its form." />
          <CheckField as="switch" label="Slow mode" hint="A switch acts at once." defaultChecked />
        </div>
      </div>
    </Part>
  );
}

function Feedback() {
  const [open, setOpen] = useState<'box' | 'sheet' | null>(null);
  return (
    <Part title="Feedback">
      <div className="row">
        {TONES.map((tone) => (
          <Badge key={tone} tone={tone} pulse={tone === 'live'}>
            {tone}
          </Badge>
        ))}
      </div>
      <Notice tone="good" title="Paid">
        Your order is being packed.
      </Notice>
      <Notice tone="warn">The key-frame interval is 8 s; set it to 2 s.</Notice>
      <Notice tone="bad">The card was declined.</Notice>
      <div className="row">
        <Button onClick={() => toast('Saved', 'good')}>Toast</Button>
        <Button onClick={() => toast('Line deleted', 'info', { label: 'Undo', onPress: () => undefined })}>
          Toast with act
        </Button>
        <Button onClick={() => setOpen('box')}>Dialog</Button>
        <Button onClick={() => setOpen('sheet')}>Sheet</Button>
      </div>
      <Dialog
        open={open !== null}
        as={open ?? 'box'}
        title="Keep this unit?"
        onClose={() => setOpen(null)}
        footer={
          <Button look="primary" onClick={() => setOpen(null)}>
            Done
          </Button>
        }
      >
        <p>Focus stays inside, Escape closes, and focus returns to the button.</p>
      </Dialog>
      <SkeletonLines />
      <EmptyState
        icon={<Gift />}
        title="No products yet"
        action={<Button icon={<Plus />}>Add a product</Button>}
      >
        A product has a picture, a price and at least one variant.
      </EmptyState>
    </Part>
  );
}

function Data() {
  const [tab, setTab] = useState<'one' | 'two'>('one');
  const [until] = useState(() => Date.now() + 95_000);
  return (
    <Part title="Data">
      <Figures>
        <Figure label="Viewers" value="1,284" note="peak 1,502" />
        <Figure label="Revenue" value={<Money value={{ amount: 1_249_900, currency: 'EUR' }} />} />
        <Figure label="Ends in" value={<Countdown until={until} now={Date.now} label="Ends in" />} />
      </Figures>
      <Card title="Stock" aside={<Badge tone="hot">low</Badge>}>
        <Meter label="Mug, large" value={3} max={20} text="3 of 20 left" tone="hot" />
        <div className="row">
          <Avatar name="Ada Lovelace" /> <Avatar name="Mia" /> <Avatar name="Jo Blue" />{' '}
          <Money value={{ amount: 1990, currency: 'EUR' }} was={{ amount: 2990, currency: 'EUR' }} />
        </div>
      </Card>
      <Tabs
        label="Example"
        value={tab}
        onChange={setTab}
        tabs={[
          { key: 'one', label: 'Orders', count: 3 },
          { key: 'two', label: 'Stock' },
        ]}
      >
        <Table
          caption="Orders"
          rowKey={(row) => row.id}
          rows={
            tab === 'one'
              ? [
                  { id: 'A-1', who: 'Ada', sum: 2400 },
                  { id: 'A-2', who: 'Mia', sum: 990 },
                ]
              : []
          }
          columns={[
            { key: 'id', title: 'Order', render: (row) => row.id },
            { key: 'who', title: 'Buyer', render: (row) => row.who },
            {
              key: 'sum',
              title: 'Total',
              numeric: true,
              render: (row) => <Money value={{ amount: row.sum, currency: 'EUR' }} />,
            },
          ]}
          empty={<EmptyState icon={<Package />} title="Nothing here" />}
        />
      </Tabs>
    </Part>
  );
}
