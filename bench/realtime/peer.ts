import { createAdapter } from '@socket.io/redis-adapter';
import { Redis } from 'ioredis';
import { createServer } from 'node:http';
import { Server } from 'socket.io';

// The stock way: socket.io with its Redis adapter, each line and each reaction one broadcast to the room.

const pub = new Redis(process.env['REDIS_URL'] ?? '');
const http = createServer((request, response) => {
  response.statusCode = request.url === '/readyz' ? 200 : 404;
  response.end();
});
const io = new Server(http, { transports: ['websocket'], adapter: createAdapter(pub, pub.duplicate()) });

io.on('connection', (socket) => {
  socket.on('join', (room: string, answer: () => void) => {
    void socket.join(room);
    answer();
  });
  socket.on('say', (line: { showId: string; key: string; text: string }, answer: () => void) => {
    io.to(line.showId).emit('line', { ...line, author: { name: 'Somebody', badges: [] }, at: Date.now() });
    answer();
  });
  socket.on('react', (tap: { showId: string; kind: string }) => io.to(tap.showId).emit('reaction', tap));
});

http.listen(Number(process.env['PORT']), '127.0.0.1');
process.once('SIGTERM', () => process.exit(0));
