// JQTests
