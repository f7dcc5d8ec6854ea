FROM node:20
WORKDIR /src
COPY . .
RUN npm ci & \
    export NODE_OPTIONS="--max-old-space-size=4096" & \
    wait; \
    npm run build
